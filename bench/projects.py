"""The bench of projects: what it costs to know what holds for a folder."""

from .types import Bench, Contender, Measure

PLACE = "bench.projects_resolving"

DEEP = Measure(
    name="preferences of a folder 1,000 deep: under twice the bare SQL",
    per="resolve",
    baseline=Contender("the bare SQL", f"{PLACE}:bare_deep"),
    contenders=(
        Contender("resolve, with every source", f"{PLACE}:ours_deep", ratio_limit=2),
        Contender("the same through the store", f"{PLACE}:stored_deep"),
    ),
)
WIDE = Measure(
    name="preferences of one of 1,000 folders beside each other: under twice the bare SQL",
    per="resolve",
    baseline=Contender("the bare SQL", f"{PLACE}:bare_wide"),
    contenders=(
        Contender("resolve, with every source", f"{PLACE}:ours_wide", ratio_limit=2),
        Contender("the same through the store", f"{PLACE}:stored_wide"),
    ),
)
CONTEXT_DEEP = Measure(
    name="context of a folder 1,000 deep: under twice the bare SQL",
    per="context",
    baseline=Contender("the bare SQL", f"{PLACE}:bare_context_deep"),
    contenders=(Contender("all that is recorded", f"{PLACE}:our_context_deep", ratio_limit=2),),
)
CONTEXT_WIDE = Measure(
    name="context of a folder with 999 others in it: under twice the bare SQL",
    per="context",
    baseline=Contender("the bare SQL", f"{PLACE}:bare_context_wide"),
    contenders=(Contender("all that is recorded", f"{PLACE}:our_context_wide", ratio_limit=2),),
)

PROJECTS = Bench(
    name="projects",
    purpose="What it costs to know what holds for a folder, by whose word, and what is around it.",
    measures=(DEEP, WIDE, CONTEXT_DEEP, CONTEXT_WIDE),
)
