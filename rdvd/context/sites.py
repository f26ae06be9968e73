"""Folders, for those slices that only want to know whose one is and where its project lies."""

from pathlib import Path

from attrs import frozen

from rdvd import folders, preferences
from rdvd.ground.store import Store
from rdvd.identity import Action, Principal, Thing, ensure
from rdvd.preferences import Defaults
from rdvd.projects import Site
from rdvd.sessions import Roster

DIRECTORY = "working_directory"


@frozen
class Sites:
    """`find` is a `projects.FindSite`. What runs in a session may read of the folder it is in."""

    store: Store
    defaults: Defaults
    roster: Roster

    async def find(self, by: Principal, word: str, action: Action) -> Site:
        folder = await self.store.read(folders.find, word, by.user)
        inside = frozenset(each.id for each in self.roster.all() if each.folder == folder.id)
        ensure(by, action, Thing(user=folder.user, neighbours=inside))
        resolved = await self.store.read(preferences.resolve, self.defaults, folder.user, folder.id)
        found = resolved.chosen(DIRECTORY)
        return Site(folder.id, folder.name, folder.user, Path(found) if found else None)
