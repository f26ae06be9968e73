"""Where `rdv` begins. What a prompt or a status line asks every second goes past the command
line's library, whose import alone takes longer than everything else: `./dev bench daemon`."""

import sys

from rdvd.cli.exits import INTERRUPTED, Failure

EXPRESS: dict[tuple[str, ...], str] = {("status",): "rdvd.cli.status_lines"}


def main() -> None:
    module = EXPRESS.get(tuple(sys.argv[1:]))
    if module is None:
        from rdvd.cli.main import main as with_options  # lazy: see above

        with_options()
    else:
        _express(module)


def _express(module: str) -> None:
    try:
        print(__import__(module, fromlist=["say"]).say())
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
