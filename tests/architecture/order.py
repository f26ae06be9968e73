"""The lists an architect edits: what may stand on what. Each entry may import the ones above it."""

PACKAGES = ("actors", "rdvd", "bench", "tools", "tests")

ACTORS_MAY_IMPORT = {"trio", "attrs", "outcome"}

ACTORS_ORDER = (
    "errors",
    "policy",
    "snapshot",
    "reply",
    "child",
    "mailbox",
    "ref",
    "actor",
    "task",
    "wish",
    "shift",
    "supervisor",
    "topic",
    "timing",
    "root",
    "testing",
)

# Slices on the same step do not import each other.
STEPS = (
    {"ground"},
    {"identity"},
    {"audit", "limits", "recorder"},
    {"streams"},
    {"events"},
    {"trash"},
    {"folders", "tmux", "bytelog"},
    {"preferences"},
    {"worktrees", "screens", "projects"},
    {"sessions"},
    {"terminal", "agents", "knowledge", "hooks"},
    {"orchestrators", "mcp", "jobs", "context"},
    {"sync", "cleanup", "health", "safekeeping", "web"},
    {"config"},
    {"reload"},
    {"wiring"},
    {"main", "maintenance"},
    {"program"},
    {"__main__"},
)

# Ground is no slice: its modules are imported one by one.
WITHOUT_A_FACE = {"ground"}

# What the command line may know of us beside ground and the types of slices, by its face alone.
# config: `rdv config` must say what is set, and what is wrong with it, while no daemon is up, with
# the very code that the daemon starts with. Such a slice is pure: no actor, no loop, no store.
KNOWN_TO_THE_CLI = {"config"}
# And what it may not know of ground: only the daemon's own program opens the database.
CLOSED_TO_THE_CLI = ("store", "database", "backup", "idempotency_store")
PURE_ON = {"attrs"}

# Inside a slice. A file with another name is a pure file, unless it plays a role by another name.
ROLES = ("types", "pure", "storage", "actor", "routes", "__init__")
ROLE_OF_OTHER_NAMES = {
    "scheduler": "actor",
    "worker": "actor",
    "diggers": "actor",
    "sweeper": "actor",
    "keeper": "actor",
    "about": "types",
    "terminal_types": "types",
    "git_types": "types",
    "project_types": "types",
    "registry": "actor",
    "finder": "actor",
    "changing": "actor",
    "gathering": "actor",
    "sites": "actor",
    "luggage": "storage",
    "front": "actor",
    "custody": "actor",
    "notes": "storage",
    "queries": "storage",
    "sightings": "storage",
    "idle_refs": "storage",
    "aging": "actor",
    "caretaker": "actor",
    "remains": "actor",
    "filing": "actor",
    "remover": "actor",
    "prompt": "actor",
    "adding": "actor",
    "clearing": "actor",
    "finishing": "actor",
    "removal": "actor",
    "restoring": "actor",
    "settling": "actor",
    "locking": "actor",
    "gate": "routes",
    "acting": "actor",
    "routes_acts": "routes",
    "routes_folders": "routes",
    "routes_care": "routes",
    "routes_logs": "routes",
    "routes_orphans": "routes",
    "routes_past": "routes",
    "routes_terminal": "routes",
}

# Whole directories go by the trash alone. Of these nothing is ever the user's: a session that never
# began.
MAY_REMOVE_TREES = {"rdvd/sessions/homes.py"}

FILE_CEILING = 300
FUNCTION_CEILING = 40
ACTORS_CEILING = 1_400
