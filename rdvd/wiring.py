"""Groups of slices made ready for the tree, so that `main.py` shows it whole on two screens."""

import os
import sys
from collections.abc import Callable
from functools import partial

from attrs import frozen

from actors import Child, Supervisor, Topic, actor, task
from rdvd.config import Config
from rdvd.context import Desk, Sites
from rdvd.context.routes import context_routes
from rdvd.events import Events
from rdvd.folders import Remover
from rdvd.folders.routes import folder_routes
from rdvd.ground.places import expand_home
from rdvd.ground.routes import Routes
from rdvd.ground.store import Store
from rdvd.hooks import Hand
from rdvd.hooks.routes import hook_routes
from rdvd.knowledge import KnowledgeLuggage
from rdvd.knowledge.routes import knowledge_routes
from rdvd.preferences import Luggage
from rdvd.preferences.routes import preference_routes
from rdvd.projects.routes import project_routes
from rdvd.reload import preference_defaults, trash_settings, worktree_settings
from rdvd.sessions import Filing, Front, Lodging, Roster
from rdvd.trash import Trash
from rdvd.trash.routes import trash_routes
from rdvd.worktrees import (
    Git,
    Repositories,
    Rooms,
    Shop,
    WorktreeFact,
    Worktrees,
    tell_of_worktrees,
)
from rdvd.worktrees.routes import worktree_routes

# Agents call the `rdv` of this very installation, wherever their PATH leads.
OUR_RDV = (sys.executable, "-P", "-m", "rdvd.cli")


@frozen
class Projects:
    """What surrounds sessions. `before` and `after`: up before the terminals are, which
    build on it, and after them."""

    trash: Trash
    before: tuple[Child, ...]
    routes: Callable[[Front], Routes]
    worktrees: Worktrees
    after: tuple[Child, ...]


def project_side(config: Config, store: Store, events: Events, roster: Roster) -> Projects:
    trash = Trash(store, trash_settings(config), events)
    nest, registry, worktrees = _worktrees(config, store, trash, roster)

    def routes(front: Front) -> Routes:
        remover = Remover(store, trash, Filing(front))
        remover.luggage["preferences"] = Luggage()
        remover.luggage["knowledge"] = KnowledgeLuggage()
        trash.register("folder", remover)
        made = trash_routes(trash, store) + folder_routes(store, events, remover)
        made += preference_routes(store, events, preference_defaults(config))
        return (
            made
            + worktree_routes(worktrees)
            + _around(config, store, trash, front, worktrees, events)
        )

    news = partial(tell_of_worktrees, events, worktrees.shop.facts)
    return Projects(
        trash,
        before=(
            task("trash", trash.keep, grace=5),
            Supervisor("worktrees", nest, registry, strategy="rest_for_one"),
            task("worktree news", news, grace=1),
        ),
        routes=routes,
        worktrees=worktrees,
        after=(task("worktree repairs", worktrees.settle, grace=1),),
    )


def _around(
    config: Config, store: Store, trash: Trash, front: Front, worktrees: Worktrees, events: Events
) -> Routes:
    """What is known of folders, by whoever may ask; and how agents let us know."""
    defaults = preference_defaults(config)
    sites = Sites(store, defaults, front.shop.roster)
    exports = config.database.path.with_name("exports")
    hand = Hand(OUR_RDV, config.database.path.with_name("hooks-before"))
    routes = project_routes(store, sites.find)
    routes += knowledge_routes(store, trash, sites.find, exports)
    routes += hook_routes(front, events, hand, expand_home("~", os.environ), sites.find)
    return routes + context_routes(Desk(store, front, worktrees, defaults), sites.find)


def _worktrees(
    config: Config, store: Store, trash: Trash, roster: Roster
) -> tuple[Supervisor, Child, Worktrees]:
    settings, facts = worktree_settings(config), Topic[WorktreeFact]("worktrees")
    shop = Shop(store, settings, Git(settings.program), facts, trash, Lodging(roster))
    nest, rooms = Supervisor("repository"), Rooms()
    registry = actor("repositories", lambda: Repositories(shop, nest, rooms))
    worktrees = Worktrees(shop, registry.ref, rooms)
    trash.register("worktree", worktrees)
    return nest, registry, worktrees
