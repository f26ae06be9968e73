"""How often somebody tried to be known, by what they showed: for the metrics."""

from collections import Counter
from typing import Literal, TypeAlias

from .tokens import Secret
from .types import TokenKind

# `peer`: nothing, so the kernel was asked; `bare`: seed 000's form; `unreadable`: no token at all.
ShownKind: TypeAlias = TokenKind | Literal["peer", "bare", "unreadable"]
Verdict: TypeAlias = Literal["accepted", "refused"]


class Tally:
    """A plain object: it outlives the actor that counts on it."""

    def __init__(self) -> None:
        self.verdicts: Counter[tuple[ShownKind, Verdict]] = Counter()

    def count(self, kind: ShownKind, verdict: Verdict) -> None:
        self.verdicts[kind, verdict] += 1


def kind_of(secret: Secret | None) -> ShownKind:
    if secret is None:
        return "peer"
    return "bare" if secret.kind is None else secret.kind
