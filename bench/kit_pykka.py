"""What a thread for each actor costs: the kit's bench beside pykka."""

import pykka

from .stopwatch import Stopwatch


class Echo(pykka.ThreadingActor):
    def on_receive(self, message: int) -> int:
        return message


def ask(times: int) -> float:
    echo = Echo.start()
    with Stopwatch() as watch:
        for value in range(times):
            echo.ask(value)
    echo.stop()
    return watch.seconds
