"""Whether a snapshot agrees with what the players themselves have told."""

from collections.abc import Iterator

from actors import Node

from .ledger import Lived
from .stage import Stage

# What the kit may call a life that says of itself that it is ...
TRUE_OF_LODGERS = {
    "entering": {"starting", "stopping"},
    "up": {"up", "stopping"},
    "leaving": {"stopping"},
    "gone": {"stopping", "waiting", "starting", "down"},
}
# An actor without a lifespan cannot tell when it ends; nor does a task that ends by itself.
TRUE_OF_OTHERS = {
    "entering": {"starting", "stopping"},
    "up": {"up", "stopping", "waiting", "starting", "down"},
    "leaving": {"up", "stopping"},
    "gone": {"up", "stopping", "waiting", "starting", "down"},
}


def nodes(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for child in node.children:
        yield from nodes(child)


def statuses_that_lie(root: Node, stage: Stage, lodgers: set[str]) -> Iterator[str]:
    for node in nodes(root):
        life = stage.living.get(node.name)
        if life is not None:
            true = (TRUE_OF_LODGERS if node.name in lodgers else TRUE_OF_OTHERS)[life.state]
            if node.status not in true:
                yield f"{node.name} is {node.status}, but {life.state} by its own account"
        if node.kind == "actor":
            yield from _lies_about_messages(node, stage, life)


def _lies_about_messages(node: Node, stage: Stage, life: Lived | None) -> Iterator[str]:
    handles = node.name in stage.in_hand
    if handles != (node.handling is not None):
        yield f"{node.name} is handling {node.handling}, but {handles} by its own account"
    if life is None and node.handled:
        yield f"{node.name} has handled {node.handled} and never lived"
