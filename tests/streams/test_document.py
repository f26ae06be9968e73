"""docs/streams.md and the program say the same."""

import re
from pathlib import Path

from rdvd.streams import farewells, frames, types
from rdvd.streams.types import Farewell

TEXT = (Path(__file__).parents[2] / "docs" / "streams.md").read_text(encoding="utf-8")
OF_FRAMES = {frames.PROTOCOL_ERROR, frames.NOT_UTF8, frames.TOO_LARGE}


def test_every_close_code_is_documented_and_nothing_else_is():
    written = {int(code) for code in re.findall(r"^\| (\d{4}) \|", TEXT, re.MULTILINE)}
    said = {each.code for each in vars(types).values() if isinstance(each, Farewell)}

    assert written == said | {*farewells.OF_STATUS.values(), farewells.POLICY_VIOLATION} | OF_FRAMES
