"""`rdv hooks`: by which agents tell the daemon what happens to them."""

import os
from collections.abc import Sequence
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.client import Api
from rdvd.cli.exits import Failure
from rdvd.cli.folder.finding import find, folders
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing

# As in rdvd.hooks.types, whose import would take longer than all of `rdv --help`; a test compares.
AGENTS = ("claude", "codex", "gemini", "opencode")
REPORTS = (
    "session_start", "prompt", "tool", "waiting", "compacting", "subagent_done",
    "task_complete", "error", "session_end", "heartbeat", "stalled",
)  # fmt: skip
# By which variable a user moves an agent's directory.
VARIABLES = {
    "CLAUDE_CONFIG_DIR": "claude",
    "CODEX_HOME": "codex",
    "OPENCODE_CONFIG_DIR": "opencode",
}

Answer = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes

project_option = click.option(
    "--project", metavar="FOLDER", shell_complete=folders,
    help="In files of this folder's project, not in your own settings.",
)  # fmt: skip


def _agents(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """One more behind those that were named already."""
    before = begun[: begun.rfind(",") + 1]
    left = [agent for agent in AGENTS if agent not in before.split(",")]
    return [before + agent for agent in left if (before + agent).startswith(begun)]


agents_option = click.option(
    "--agent",
    "chosen",
    metavar="A,B",
    shell_complete=_agents,
    help=f"Only these of {', '.join(AGENTS)}.",
)


@click.group()
def hooks() -> None:
    """Let agents tell the daemon what happens to them, and take that back."""


@hooks.command(cls=Viewing)
@agents_option
@project_option
@json_option
def install(chosen: str | None, project: str | None, fields: str | None) -> None:
    """Write our entries into the agents' own settings, beside yours; by default of all in use."""
    if project is not None:
        order = {"providers": _named(chosen), "scope": "project"}
        _say_of_project("POST", project, "", _text(order), fields)
        return
    order = {"agents": _named(chosen), "directories": _directories()}
    _say(here.api().request("POST", "/api/hooks", _text(order)), fields, "no agent is used here")


@hooks.command(cls=Viewing)
@agents_option
@project_option
@json_option
def remove(chosen: str | None, project: str | None, fields: str | None) -> None:
    """Take out every entry of ours. What is yours stays as it is, to the byte."""
    if project is not None:
        _say_of_project("DELETE", project, _of_project(chosen), None, fields)
        return
    api = here.api()
    _say(_of_each(api, "DELETE", chosen), fields, "no agents")


@hooks.command(cls=Viewing)
@agents_option
@project_option
@json_option
def status(chosen: str | None, project: str | None, fields: str | None) -> None:
    """Which agents have our entries, and where they stand."""
    from rdvd.cli import render  # lazy: `rdv --help` reads this file too

    if project is None:
        found = _of_each(here.api(), "GET", chosen)
    else:
        path = f"/api/folders/{find(project)['id']}/hooks?{_of_project(chosen)}"
        answer: Any = here.api().get(path)
        found = answer["hooks"]
    if fields is not None:
        click.echo(render.as_json([*found], fields))
        return
    rows = [
        {
            "agent": each["agent"], "hooks": each["state"],
            "used here": "yes" if each["is_in_use"] else "no",
            "file": each["path"] + (f" ({each['detail']})" if each["detail"] else ""),
        }
        for each in found
    ]  # fmt: skip
    click.echo(render.table(rows))


@click.command()
@click.argument("word", metavar="WORD", type=click.Choice(REPORTS))
@click.option("--agent", required=True, type=click.Choice(AGENTS), help="Which agent it is.")
def hook(word: str, agent: str) -> None:
    """Tell the daemon what happens to the agent of this session: called by the agents' hooks.

    It reads what the agent says on standard input, takes 1.5 s at most, prints nothing, and ends
    with 0 whether or not the daemon is there.
    """
    from rdvd.cli.hook import report  # lazy: as above

    report(word, agent)


def _named(chosen: str | None) -> list[str]:
    names = [name.strip() for name in (chosen or "").split(",") if name.strip()]
    unknown = [name for name in names if name not in AGENTS]
    if unknown:
        raise click.UsageError(f"--agent: no {', '.join(unknown)}; there are {', '.join(AGENTS)}")
    return names


def _of_project(chosen: str | None) -> str:
    from urllib.parse import urlencode  # lazy: as above

    named = _named(chosen)
    return urlencode({"scope": "project", **({"providers": ",".join(named)} if named else {})})


def _say_of_project(
    method: str, project: str, query: str, body: str | None, fields: str | None
) -> None:
    path = f"/api/folders/{find(project)['id']}/hooks" + (f"?{query}" if query else "")
    answer: Any = here.api().request(method, path, body)
    results: list[Answer] = answer["results"]
    _say(
        [
            {
                "agent": each["provider"], "path": each["config_path"], "success": each["success"],
                "state": "done", "changed": True, "detail": each["message"], "backup": None,
            }
            for each in results
        ],
        fields, "no agents",
    )  # fmt: skip


def _directories() -> dict[str, str]:
    """The daemon does not have the environment of your shell, so it is told."""
    told = {agent: os.environ.get(variable) for variable, agent in VARIABLES.items()}
    return {agent: os.path.abspath(place) for agent, place in told.items() if place}  # noqa: PTH100


def _of_each(api: Api, method: str, chosen: str | None) -> list[Answer]:
    from urllib.parse import urlencode  # lazy: as above

    directories, answers = _directories(), list[Answer]()
    for agent in _named(chosen) or AGENTS:
        query = {"agent": agent}
        if agent in directories:
            query["directory"] = directories[agent]
        answer: Any = api.request(method, f"/api/hooks?{urlencode(query)}")
        answers += answer
    return answers


def _say(answer: Any, fields: str | None, nothing: str) -> None:
    from rdvd.cli import render  # lazy: as above

    results: Sequence[Answer] = answer
    if fields is not None:
        click.echo(render.as_json([*results], fields))
    else:
        click.echo("\n".join(line for each in results for line in _lines(each)) or nothing)
    failed = [each for each in results if not each["success"]]
    if failed:
        names = ", ".join(each["agent"] for each in failed)
        raise Failure(f"not done for {names}", hint="Nothing of theirs was changed.")


def _lines(result: Answer) -> list[str]:
    what = result["state"] if result["success"] else "not changed"
    lines = [f"{result['agent']}: {what}, {result['path']}"]
    if result["success"] and not result["changed"]:
        lines[0] += " (as it was)"
    if result["backup"]:
        lines.append(f"  before that: {result['backup']}")
    return lines + ([f"  {result['detail']}"] if result["detail"] else [])


def _text(order: Any) -> str:
    import json  # lazy: as above

    return json.dumps(order)
