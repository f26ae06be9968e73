"""The `rdv` command. Its nouns come with the daemon's sockets."""

import argparse
from collections.abc import Sequence

from rdvd import VERSION


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="rdv",
        description="The command line of rdvd. There is no daemon to speak to yet.",
    )
    parser.add_argument("--version", action="version", version=f"rdv {VERSION}")
    parser.parse_args(arguments)
    parser.print_help()


if __name__ == "__main__":
    main()
