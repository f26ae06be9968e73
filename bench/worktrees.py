"""The bench of worktrees: a repository of 5,000 files and 2,000 commits, ours beside git itself."""

from .types import Bench, Contender, Measure, Survey

WAYS = "bench.worktrees_contenders"
LOOP = "how late the event loop is, 99 of 100 within"

LIST = Measure(
    name="the list of 20 worktrees: ahead of git",
    per="list",
    baseline=Contender("git worktree list", f"{WAYS}:git_list"),
    contenders=(Contender("rdvd", f"{WAYS}:our_list", ratio_limit=1.0),),
)
BRANCHES = Measure(
    name="the list of 20 branches with upstreams and worktrees: ahead of git",
    per="list",
    baseline=Contender("git for-each-ref", f"{WAYS}:git_branches"),
    contenders=(Contender("rdvd", f"{WAYS}:our_branches", ratio_limit=1.0),),
)
STATUS = Measure(
    name="the status of one worktree: at most 1.3 times what git takes",
    per="status",
    baseline=Contender("git status", f"{WAYS}:git_status"),
    contenders=(Contender("rdvd", f"{WAYS}:our_status", ratio_limit=1.3),),
)
ADD = Measure(
    name="a worktree is made: at most 1.2 times what git takes",
    per="worktree",
    count=3,
    baseline=Contender("git worktree add", f"{WAYS}:git_add"),
    contenders=(
        Contender("rdvd, with row, copies and events", f"{WAYS}:our_add", ratio_limit=1.2),
    ),
)
REMOVE = Measure(
    name="a worktree is removed, after accounting for it",
    per="worktree",
    count=3,
    baseline=Contender("git worktree remove", f"{WAYS}:git_remove"),
    contenders=(Contender("rdvd", f"{WAYS}:our_remove"),),
)
LAG = Survey(
    "the event loop beside git work",
    (
        Measure(
            f"{LOOP}",
            Contender("rdvd", f"{WAYS}:lag"),
            (),
            per="wake-up",
            figure="working",
        ),
        Measure(
            f"{LOOP}: above idle",
            Contender("rdvd", f"{WAYS}:lag", value_limit=0.010),
            (),
            per="wake-up",
            figure="added",
        ),
    ),
    count=4,
    quick_count=1,
)

WORKTREES = Bench(
    "worktrees", "worktrees made, listed, looked at and removed, beside git itself",
    (LIST, BRANCHES, STATUS, ADD, REMOVE, LAG),
)  # fmt: skip
