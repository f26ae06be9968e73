"""An order for a session, with what its user prefers where it says nothing itself. Pure."""

from attrs import evolve

from rdvd.ground.errors import BadInput
from rdvd.preferences import Resolved

from .types import Order, Program

# The command, and then the shell as it would have been.
STARTUP = ("/bin/sh", "-c", 'eval "$1"; shift; exec "$@"', "sh")


def furnish(order: Order, preferred: Resolved, shell: tuple[str, ...]) -> Order:
    program = _with_variables(order.program, preferred)
    if program.line is None and not program.arguments:
        program = _begun_as_preferred(program, preferred, shell)
    directory = order.directory or preferred.chosen("working_directory")
    return evolve(order, program=program, directory=directory)


def blamed(problem: BadInput, preferred: Resolved) -> BadInput:
    """The directory was nobody's in the order, so it is said whose it is."""
    source = preferred.values["working_directory"].source
    where = f"folder {source.folder_name!r}" if source.folder_name else "yours"
    hint = "give project_path, or see `rdv pref explain`"
    detail = f"{problem.detail}; it is the preferred working directory ({where}): {hint}"
    return BadInput(detail, code=problem.code, **problem.facts)


def _with_variables(program: Program, preferred: Resolved) -> Program:
    """What the order says itself wins, name by name."""
    return evolve(program, environment={**preferred.environment, **program.environment})


def _begun_as_preferred(program: Program, preferred: Resolved, shell: tuple[str, ...]) -> Program:
    if program.agent is None and preferred.chosen("startup_command") is None:
        program = evolve(program, agent=preferred.chosen("agent"))
    if program.agent is not None:
        return evolve(program, flags=tuple(preferred.chosen("agent_flags") or ()))
    words = tuple(preferred.chosen("shell") or ())
    startup = preferred.chosen("startup_command")
    if startup is not None:
        words = (*STARTUP, startup, *(words or shell))
    return evolve(program, arguments=words)
