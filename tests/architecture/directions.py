"""Imports go downward: between the two packages, between slices, and inside a slice."""

import sys
from collections.abc import Iterator

from .order import (
    ACTORS_MAY_IMPORT,
    ACTORS_ORDER,
    CLOSED_TO_THE_CLI,
    KNOWN_TO_THE_CLI,
    PURE_ON,
    ROLE_OF_OTHER_NAMES,
    ROLES,
    STEPS,
    WITHOUT_A_FACE,
)
from .source import Code, Complaint, Import, Source

ORDER_FILE = "tests/architecture/order.py"


def actors_stand_alone(code: Code) -> Iterator[Complaint]:
    allowed = {"actors", *ACTORS_MAY_IMPORT, *sys.stdlib_module_names}
    for source in code.within("actors"):
        for imported in code.imports(source):
            if _part(imported.module, 0) not in allowed:
                yield source.complain(
                    imported.line,
                    f"the kit imports {imported.module}; it stands on the standard library and on "
                    f"{', '.join(sorted(ACTORS_MAY_IMPORT))} alone: have the caller hand it in",
                )


def actors_keep_their_order(code: Code) -> Iterator[Complaint]:
    for source in code.within("actors"):
        own = _part(source.module, 1)
        if own == "":
            continue
        if own not in ACTORS_ORDER:
            yield source.complain(1, f"{own} has no place in ACTORS_ORDER of {ORDER_FILE}: add it")
            continue
        allowed = ACTORS_ORDER[: ACTORS_ORDER.index(own)]
        for imported in code.imports(source):
            other = _part(imported.module, 1)
            if _part(imported.module, 0) == "actors" and other not in allowed:
                yield source.complain(
                    imported.line,
                    f"{own} imports {other or 'the face of the kit'}, which stands above it "
                    f"in ACTORS_ORDER of {ORDER_FILE}: move the shared part below both",
                )


def slices_keep_their_order(code: Code) -> Iterator[Complaint]:
    for own, source in {_part(source.module, 1): source for source in code.within("rdvd")}.items():
        if own not in {"", "cli"} and _step(own) is None:
            yield source.complain(1, f"{own} is on no step in STEPS of {ORDER_FILE}: add it")
    for source in code.within("rdvd"):
        for imported in _imports_of_other_slices(code, source):
            yield from _complain_about_height(source, imported)


def _complain_about_height(source: Source, imported: Import) -> Iterator[Complaint]:
    own, other = _part(source.module, 1), _part(imported.module, 1)
    if own == "cli":
        return
    if own == "" or other == "cli" or (_step(other) or 0) >= (_step(own) or 0):
        yield source.complain(
            imported.line,
            f"{own or 'rdvd itself'} imports {other}, which is not below it in STEPS of "
            f"{ORDER_FILE}: listen to an event of {other}, or let main.py hand in a function",
        )


def only_faces_are_imported(code: Code) -> Iterator[Complaint]:
    for source in code.within("rdvd"):
        for imported in code.imports(source):
            if _part(imported.module, 0) == "actors" and _part(imported.module, 1):
                yield _ask_for_the_face(source, imported, "actors")
        for imported in _imports_of_other_slices(code, source):
            if _is_private(source, imported):
                yield _ask_for_the_face(source, imported, f"rdvd.{_part(imported.module, 1)}")
    for source in code.within("rdvd", "bench"):
        for imported in code.imports(source):
            face = _package_of_the_ground(code, imported)
            if face is not None and not f"{source.module}.".startswith(f"{face}."):
                yield _ask_for_the_face(source, imported, face)


def _package_of_the_ground(code: Code, imported: Import) -> str | None:
    """The package that this is a file of. The ground has no face, but a package in it has one."""
    face = imported.module.rpartition(".")[0]
    is_package = any(source.is_face and source.module == face for source in code.sources)
    return face if is_package and face.startswith("rdvd.ground.") else None


def _is_private(source: Source, imported: Import) -> bool:
    own, other, file = (_part(source.module, 1), *_parts(imported.module)[1:3])
    allowed = {"main": "routes", "wiring": "routes", "cli": "types"}.get(own)
    return other not in WITHOUT_A_FACE and own != "cli" and file not in {"", allowed}


def _ask_for_the_face(source: Source, imported: Import, face: str) -> Complaint:
    sentence = f"{imported.module} is private: import from {face}, its face"
    return source.complain(imported.line, sentence)


def the_cli_knows_only_types(code: Code) -> Iterator[Complaint]:
    for source in code.within("rdvd"):
        if _part(source.module, 1) != "cli":
            continue
        for imported in code.imports(source):
            package, other, file = _parts(imported.module)
            is_ours = package == "rdvd" and other not in {"", "cli", "ground"}
            is_known = other in KNOWN_TO_THE_CLI and file == ""
            if other == "ground" and file.startswith(CLOSED_TO_THE_CLI):
                yield source.complain(
                    imported.line,
                    f"the CLI imports {imported.module}; only the daemon's program opens the "
                    "database: ask the API, or run `rdvd` as rdvd/cli/program.py does",
                )
            if package == "actors" or (is_ours and file != "types" and not is_known):
                yield source.complain(
                    imported.line,
                    f"the CLI imports {imported.module}; it is a client and knows ground and the "
                    "types of slices: ask the daemon over its socket",
                )


def what_the_cli_knows_is_pure(code: Code) -> Iterator[Complaint]:
    for source in code.within("rdvd"):
        slice_ = _part(source.module, 1)
        if slice_ not in KNOWN_TO_THE_CLI:
            continue
        for imported in code.imports(source):
            if not _is_pure(slice_, imported):
                yield source.complain(
                    imported.line,
                    f"{slice_} imports {imported.module}, and the command line reads {slice_} too "
                    f"(KNOWN_TO_THE_CLI of {ORDER_FILE}): put it into the slice above",
                )


def _is_pure(slice_: str, imported: Import) -> bool:
    package, other, _ = _parts(imported.module)
    if package == "rdvd":
        return other in {"", slice_, "ground"}
    return package in PURE_ON or package in sys.stdlib_module_names


def files_keep_their_roles(code: Code) -> Iterator[Complaint]:
    for source in code.within("rdvd"):
        slice_, own = _parts(source.module)[1:3]
        if slice_ in {"", "cli", *WITHOUT_A_FACE} or (own == "" and not source.is_face):
            continue
        for imported in code.imports(source):
            if _parts(imported.module)[:2] == ("rdvd", slice_):
                yield from _complain_about_role(source, imported)


def _complain_about_role(source: Source, imported: Import) -> Iterator[Complaint]:
    own, other = _role(source.module), _role(imported.module)
    if ROLES.index(other) > ROLES.index(own) or (own == other == "__init__"):
        yield source.complain(
            imported.line,
            f"{source.module} ({own}) imports {imported.module} ({other}); inside a slice the "
            f"order is {' <- '.join(ROLES[:-1])}: move what is shared down, or pass it in",
        )


def _role(module: str) -> str:
    file = _part(module, 2) or "__init__"
    return file if file in ROLES else ROLE_OF_OTHER_NAMES.get(file, "pure")


def _imports_of_other_slices(code: Code, source: Source) -> Iterator[Import]:
    for imported in code.imports(source):
        package, other, _ = _parts(imported.module)
        if package == "rdvd" and other not in {"", _part(source.module, 1)}:
            yield imported


def _step(slice_: str) -> int | None:
    return next((height for height, step in enumerate(STEPS) if slice_ in step), None)


def _parts(module: str) -> tuple[str, str, str]:
    first, second, third, *_ = [*module.split("."), "", "", ""]
    return first, second, third


def _part(module: str, index: int) -> str:
    return _parts(module)[index]
