"""Bringing what was written onto the disk, in a thread of its own for each batch."""

import os
from _thread import start_new_thread
from collections.abc import Sequence


class Flusher:
    """One batch at a time. `done` becomes readable when it is through."""

    def __init__(self) -> None:
        self.done = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.is_busy = False
        self.failures = 0
        self.last_error = ""

    def start(self, descriptors: Sequence[int]) -> None:
        """Flush and close them all. They are ours from here on."""
        assert not self.is_busy, "one batch at a time"
        self.is_busy = True
        start_new_thread(self._work, (descriptors,))

    def finished(self) -> None:
        os.eventfd_read(self.done)
        self.is_busy = False

    def flush_here(self, descriptors: Sequence[int]) -> None:
        """The same, waiting for it."""
        for descriptor in descriptors:
            try:
                os.fdatasync(descriptor)
            except OSError as error:
                self.failures += 1
                self.last_error = error.strerror or str(error)
            finally:
                os.close(descriptor)

    def _work(self, descriptors: Sequence[int]) -> None:
        try:
            self.flush_here(descriptors)
        finally:
            os.eventfd_write(self.done, 1)
