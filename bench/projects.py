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

PROJECTS = Bench(
    name="projects",
    purpose="What it costs to know which preferences hold for a folder, and whose word each is.",
    measures=(DEEP, WIDE),
)
