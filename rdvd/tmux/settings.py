"""What can be configured about tmux."""

from pathlib import Path

from attrs import frozen


@frozen
class TmuxSettings:
    run: Path  # where the sockets are
    program: str = "tmux"
    sessions_per_server: int = 64
    history_limit: int = 5_000
    answer_seconds: float = 5.0
    soft_limit: int | None = None  # of open files, for a server and all that runs in it

    def socket(self, number: int) -> Path:
        return self.run / f"tmux-{number}.sock"
