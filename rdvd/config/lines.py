"""Where in the text of a file its sections and settings stand. Pure."""

import re

HEADER = re.compile(r"\s*\[\s*([\w-]+)\s*\]")
ASSIGNMENT = re.compile(r"\s*([\w-]+)\s*(?:\.\s*([\w-]+)\s*)?=")


def lines_of(text: str) -> dict[str, int]:
    """Where sections and keys stand. tomllib does not tell, so this looks for the usual forms;
    for what is written otherwise a problem names the section, or only the file."""
    lines: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := HEADER.match(line):
            section = header[1]
            lines.setdefault(section, number)
        elif assignment := ASSIGNMENT.match(line):
            names = [name for name in (section, assignment[1], assignment[2]) if name]
            lines.setdefault(".".join(names), number)
            lines.setdefault(names[0], number)
    return lines
