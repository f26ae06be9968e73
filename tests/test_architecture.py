"""The import order, the file roles, the ceilings: enforced, and each rule shown to bite."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import directions, habits, sizes
from tests.architecture.order import ACTORS_CEILING, FILE_CEILING, FUNCTION_CEILING
from tests.architecture.source import Code, Complaint, read_code

Rule = Callable[[Code], Iterable[Complaint]]

RULES: tuple[Rule, ...] = (
    directions.actors_stand_alone,
    directions.actors_keep_their_order,
    directions.slices_keep_their_order,
    directions.only_faces_are_imported,
    directions.the_cli_knows_only_types,
    directions.what_the_cli_knows_is_pure,
    directions.files_keep_their_roles,
    sizes.files_are_short,
    sizes.functions_are_short,
    sizes.the_kit_is_small,
    habits.nothing_is_caught_blindly,
    habits.nobody_sleeps_the_thread,
    habits.imports_stand_at_the_top,
    habits.only_the_trash_removes_trees,
    habits.streams_are_no_generators,
)
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)


@pytest.fixture(scope="module")
def our_code() -> Code:
    return read_code(Path(__file__).parent.parent)


@every_rule
def test_our_code_keeps_the_rule(rule: Rule, our_code: Code):
    complaints = "\n".join(str(complaint) for complaint in rule(our_code))

    assert not complaints, f"\n{complaints}"


def complaints_about(rule: Rule, root: Path, file: str, text: str) -> list[str]:
    """Plant one file into a small tree in which everybody else behaves."""
    others = {
        "actors/errors.py": "",
        "actors/ref.py": "",
        "rdvd/ground/errors.py": "",
        "rdvd/ground/store/desk.py": "",
        "rdvd/folders/types.py": "",
        "rdvd/tmux/storage.py": "",
        "rdvd/tmux/routes.py": "",
        "rdvd/sessions/types.py": "",
    }
    for name, content in {**others, file: text}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
        (root / name).parent.joinpath("__init__.py").touch()
    return [str(complaint) for complaint in rule(read_code(root))]


VIOLATIONS: tuple[tuple[Rule, str, str, int], ...] = (
    (directions.actors_stand_alone, "actors/ref.py", "import trio\nimport structlog", 2),
    (directions.actors_stand_alone, "actors/ref.py", "from rdvd.ground import errors", 1),
    (directions.actors_keep_their_order, "actors/errors.py", "from .ref import Ref", 1),
    (directions.actors_keep_their_order, "actors/errors.py", "from . import ref", 1),
    (directions.actors_keep_their_order, "actors/ref.py", "from actors import Ref", 1),
    (directions.actors_keep_their_order, "actors/unheard_of.py", "", 1),
    (directions.slices_keep_their_order, "rdvd/tmux/actor.py", "import rdvd.sessions", 1),
    (directions.slices_keep_their_order, "rdvd/tmux/actor.py", "from rdvd.folders import F", 1),
    (directions.slices_keep_their_order, "rdvd/tmux/actor.py", "from ..folders import F", 1),
    (directions.slices_keep_their_order, "rdvd/ground/log.py", "from rdvd import tmux", 1),
    (directions.slices_keep_their_order, "rdvd/main.py", "from rdvd.cli import main", 1),
    (directions.slices_keep_their_order, "rdvd/__init__.py", "from . import tmux", 1),
    (directions.slices_keep_their_order, "rdvd/unheard_of/types.py", "", 1),
    (directions.only_faces_are_imported, "rdvd/main.py", "import actors.ref", 1),
    (directions.only_faces_are_imported, "rdvd/main.py", "from rdvd.tmux import storage", 1),
    (directions.only_faces_are_imported, "rdvd/web/routes.py", "import rdvd.tmux.routes", 1),
    (directions.only_faces_are_imported, "rdvd/jobs/actor.py", "import rdvd.folders.types", 1),
    (directions.only_faces_are_imported, "rdvd/main.py", "import rdvd.ground.store.desk", 1),
    (directions.only_faces_are_imported, "bench/a.py", "from rdvd.ground.store import desk", 1),
    (directions.the_cli_knows_only_types, "rdvd/cli/main.py", "from actors import Ref", 1),
    (directions.the_cli_knows_only_types, "rdvd/cli/main.py", "import rdvd.ground.backup", 1),
    (
        directions.the_cli_knows_only_types,
        "rdvd/cli/a.py",
        "from rdvd.ground.store import Store",
        1,
    ),
    (directions.the_cli_knows_only_types, "rdvd/cli/main.py", "from rdvd.tmux import Tmux", 1),
    (directions.the_cli_knows_only_types, "rdvd/cli/main.py", "from rdvd.tmux import storage", 1),
    (directions.the_cli_knows_only_types, "rdvd/cli/main.py", "from rdvd.config.load import x", 1),
    (directions.what_the_cli_knows_is_pure, "rdvd/config/load.py", "import trio", 1),
    (directions.what_the_cli_knows_is_pure, "rdvd/config/load.py", "from rdvd.tmux import T", 1),
    (directions.files_keep_their_roles, "rdvd/tmux/types.py", "from .protocol import p", 1),
    (directions.files_keep_their_roles, "rdvd/tmux/protocol.py", "from . import storage", 1),
    (directions.files_keep_their_roles, "rdvd/tmux/storage.py", "from .actor import Tmux", 1),
    (directions.files_keep_their_roles, "rdvd/tmux/actor.py", "from .routes import show", 1),
    (directions.files_keep_their_roles, "rdvd/tmux/routes.py", "from rdvd.tmux import Tmux", 1),
    (sizes.files_are_short, "bench/long.py", "\n" * (FILE_CEILING + 1), FILE_CEILING + 1),
    (sizes.functions_are_short, "tools/f.py", "def f():" + "\n    1" * FUNCTION_CEILING, 1),
    (sizes.the_kit_is_small, "actors/ref.py", "pass\n" * ACTORS_CEILING, 1),
    (habits.nothing_is_caught_blindly, "rdvd/main.py", "try: ...\nexcept: ...", 2),
    (habits.nothing_is_caught_blindly, "rdvd/main.py", "try: ...\nexcept Exception: ...", 2),
    (habits.nothing_is_caught_blindly, "rdvd/main.py", "try: ...\nexcept BaseException: ...", 2),
    (habits.nothing_is_caught_blindly, "rdvd/main.py", "try: ...\nexcept (A, Exception): ...", 2),
    (habits.nothing_is_caught_blindly, "rdvd/main.py", "try: ...\nexcept* Exception: ...", 2),
    (habits.nobody_sleeps_the_thread, "tests/x.py", "import time\ntime.sleep(1)", 2),
    (habits.nobody_sleeps_the_thread, "tests/x.py", "import time as t\nt.sleep(1)", 2),
    (habits.nobody_sleeps_the_thread, "tests/x.py", "from time import sleep", 1),
    (habits.imports_stand_at_the_top, "actors/ref.py", "def f():\n    import trio", 2),
    (habits.only_the_trash_removes_trees, "rdvd/tmux/s.py", "import shutil\nshutil.rmtree(p)", 2),
    (habits.only_the_trash_removes_trees, "rdvd/tmux/s.py", "from shutil import rmtree", 1),
    (habits.streams_are_no_generators, "rdvd/main.py", "async def f():\n    [(yield 1)]", 1),
    (habits.imports_stand_at_the_top, "actors/ref.py", "async def f():\n    import trio", 2),
    (habits.imports_stand_at_the_top, "actors/ref.py", "def f():\n    import trio  # lazy:", 2),
)


@pytest.mark.parametrize(("rule", "file", "text", "line"), VIOLATIONS)
def test_a_planted_violation_is_found_where_it_is(
    rule: Rule, file: str, text: str, line: int, tmp_path: Path
):
    complaints = complaints_about(rule, tmp_path, file, text)

    assert len(complaints) == 1
    place = "actors/__init__.py" if rule is sizes.the_kit_is_small else file
    assert complaints[0].startswith(f"{place}:{line}: ")


def test_every_rule_has_a_violation_that_shows_it_bites():
    assert {rule for rule, *_ in VIOLATIONS} == set(RULES)


ALLOWED: tuple[tuple[str, str], ...] = (
    ("actors/ref.py", "import trio, attrs, outcome, sys\nfrom .errors import Refused"),
    ("actors/__init__.py", "from .ref import Ref as Ref"),
    ("actors/child.py", "try: ...\nexcept Exception: ..."),
    ("rdvd/sessions/actor.py", "from actors import Actor\nfrom rdvd.tmux import Tmux"),
    ("rdvd/sessions/storage.py", "from rdvd.ground.errors import NotFound\nfrom .types import S"),
    ("rdvd/sessions/__init__.py", "from .types import Session as Session"),
    ("rdvd/ground/store/store.py", "from .desk import Desk\nfrom rdvd.ground.errors import E"),
    ("rdvd/sessions/shop.py", "from rdvd.ground.store import Store"),
    ("rdvd/jobs/worker.py", "from .storage import take"),
    ("rdvd/main.py", "from rdvd.tmux import Tmux\nfrom rdvd.tmux.routes import tmux_routes"),
    ("rdvd/cli/main.py", "from rdvd.sessions.types import S\nfrom rdvd.ground.errors import E"),
    ("rdvd/cli/main.py", "from rdvd.config import load"),
    ("rdvd/config/load.py", "import tomllib, attrs\nfrom rdvd.ground.errors import Problem"),
    ("rdvd/cli/main.py", "def f():\n    import rich  # lazy: half the time of a short command"),
    ("tools/f.py", "def f():\n    '''" + "\n" * FUNCTION_CEILING + "'''\n    return 1"),
    ("rdvd/main.py", "@asynccontextmanager\nasync def f():\n    yield 1"),
    ("rdvd/main.py", "async def f():\n    def g():\n        yield 1"),
    ("bench/x.py", "import trio\n\n\nasync def wait():\n    await trio.sleep(1)"),
)


@pytest.mark.parametrize(("file", "text"), ALLOWED)
def test_what_is_allowed_is_not_complained_about(file: str, text: str, tmp_path: Path):
    assert [c for rule in RULES for c in complaints_about(rule, tmp_path, file, text)] == []


def test_a_complaint_says_what_to_do(tmp_path: Path):
    rule = directions.slices_keep_their_order

    (complaint,) = complaints_about(rule, tmp_path, "rdvd/tmux/actor.py", "import rdvd.sessions")

    assert complaint == (
        "rdvd/tmux/actor.py:1: tmux imports sessions, which is not below it in STEPS of "
        "tests/architecture/order.py: listen to an event of sessions, or let main.py hand in a "
        "function"
    )
