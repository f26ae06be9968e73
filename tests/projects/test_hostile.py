"""Files that were written to keep whoever reads them busy. Without care each takes hours: then the
whole daemon stands still, for the engine of regular expressions lets nobody else work."""

import pytest

from rdvd.projects.detect import detect
from rdvd.projects.looking import DESCRIBING, LARGEST_TEXT
from rdvd.projects.types import Entry, Sighting

SHAPES = ("\n", "\r\n", " ", "\t", "a", "a.", "a-", "a\n", "[", "{", '"', "#", "a:", "use ", "/*")


@pytest.mark.parametrize("shape", SHAPES)
def test_no_file_takes_longer_to_read_than_its_size_tells(shape: str):
    text = shape * (LARGEST_TEXT // 8 // len(shape))
    names = sorted((*DESCRIBING, "requirements.txt", "a.csproj"))
    entries = tuple(Entry(name, len(text)) for name in names)

    project = detect(Sighting(entries, dict.fromkeys(names, text)))

    assert len(names) == project.total_files
