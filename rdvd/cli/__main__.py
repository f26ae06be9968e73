"""Where `rdv` begins. What a prompt or a status line asks every second goes past the command
line's library, whose import alone takes longer than everything else: `./dev bench daemon`."""

import os
import sys

from rdvd.cli.exits import INTERRUPTED, Failure

EXPRESS: dict[tuple[str, ...], str] = {("status",): "rdvd.cli.status_lines"}


def main() -> None:
    _open_what_is_closed()
    try:
        _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.filename is not None:  # it was no stream
            raise
        from rdvd.cli.unheard import end_unheard  # lazy: nearly always somebody listens

        end_unheard(error)


def _run() -> None:
    module = _short_way(sys.argv[1:])
    if module is None:
        from rdvd.cli.main import main as with_options  # lazy: see above

        with_options()
    else:
        _express(module)


def _short_way(arguments: list[str]) -> str | None:
    match arguments:
        case ["hook", _, "--agent", _]:  # an agent waits for it
            return "rdvd.cli.hook"
        case _:
            return EXPRESS.get(tuple(arguments))


def _express(module: str) -> None:
    try:
        print(__import__(module, fromlist=["say"]).say())
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.code)


def _open_what_is_closed() -> None:
    """Python has None for it, and the next file that is opened would get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 - for as long as we run


if __name__ == "__main__":
    main()
