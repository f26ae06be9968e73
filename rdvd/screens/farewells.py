"""What the wrapper says to the terminal when a command has ended. It is in the log, as it was said.

It ends every unfinished sequence and asks the terminal whether it has taken in everything. Whoever
plays it to another terminal makes that one answer, into somebody's prompt.
"""

from collections.abc import Iterable

from rdvd.bytelog import HANDSHAKE, ByteLog, Piece


class Farewells:
    """Those in a log. They are where a terminal ends: there another one begins, or nothing."""

    def __init__(self, log: ByteLog, ends: Iterable[int]) -> None:
        length = len(HANDSHAKE)
        self._starts = [
            end - length
            for end in sorted(ends)
            if end >= log.first + length and log.read(end - length, length).data == HANDSHAKE
        ]

    def cut_from(self, piece: Piece) -> bytes:
        """The piece without what of them lies in it."""
        kept, at = b"", piece.offset
        for start in self._starts:
            if at < start + len(HANDSHAKE) and start < piece.end:
                kept += piece.data[at - piece.offset : max(start, at) - piece.offset]
                at = start + len(HANDSHAKE)
        return kept + piece.data[at - piece.offset :]
