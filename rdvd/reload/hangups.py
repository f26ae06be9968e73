"""SIGHUP, where nobody waits for it."""

import signal


def outlive_hangups() -> None:
    """From now on SIGHUP does nothing where nobody waits for it, instead of ending the process.

    A handler and not SIG_IGN, which the programs that we start would inherit.
    """
    signal.signal(signal.SIGHUP, lambda _number, _frame: None)
