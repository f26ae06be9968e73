"""Groups of slices made ready for the tree, so that `main.py` shows it whole on two screens."""

from attrs import frozen

from actors import Child, task
from rdvd.config import Config
from rdvd.events import Events
from rdvd.ground.routes import Routes
from rdvd.ground.store import Store
from rdvd.reload import trash_settings
from rdvd.trash import Trash
from rdvd.trash.routes import trash_routes


@frozen
class Projects:
    """What surrounds sessions. `before`: up before the terminals are, for these build on it."""

    trash: Trash
    before: tuple[Child, ...]
    routes: Routes


def project_side(config: Config, store: Store, events: Events) -> Projects:
    trash = Trash(store, trash_settings(config), events)
    return Projects(
        trash,
        before=(task("trash", trash.keep, grace=5),),
        routes=trash_routes(trash, store),
    )
