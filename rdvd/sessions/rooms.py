"""Who lives in the nest: for the registry, which may fall and must find them again."""

from typing import TypeAlias

from attrs import define, field

from actors import ActorChild, Ref
from rdvd.identity import SessionId

from .actor import SessionActor
from .prompt import Prompt

Actors: TypeAlias = dict[SessionId, Ref[SessionActor]]
Prompts: TypeAlias = dict[SessionId, ActorChild[Prompt]]


@define(eq=False)
class Rooms:
    """The actor of each session that is not closed, and the prompts at which commands wait."""

    sessions: Actors = field(factory=Actors)
    prompts: Prompts = field(factory=Prompts)

    def forget_all_but(self, names: set[str]) -> None:
        """These are the names of those who still have a place."""
        for id in [id for id in self.sessions if id not in names]:
            del self.sessions[id]
        for id in [id for id in self.prompts if prompt_name(id) not in names]:
            del self.prompts[id]


def prompt_name(id: SessionId) -> str:
    return f"{id} prompt"
