"""Where `rdvd` begins: with its libraries, as far as a daemon needs them."""

from rdvd.ground.sparing import spared


def main() -> None:
    with spared():
        from rdvd import program  # lazy: all that is imported with it must find the stand-ins
    program.main()


if __name__ == "__main__":
    main()
