"""`rdv grep`, `rdv session record export` and `screen --at`, beside a real daemon."""

import json
import time

from .house import House

SECRET = "ghp_" + "a1B2" * 9


def test_what_was_printed_is_found_shown_and_exported(house: House):
    begun = time.time()
    house.new("past", "sh", "-c", f"echo a; echo 'Needle {SECRET}'; echo z; sleep 1000")
    waited = house.rdv("session", "wait", "past", "z", "--for", "output", "--from-start")
    assert waited.code == 0

    found = house.rdv("grep", "-i", "-C1", "ne+dle", "--session", "past", "--since", "1h")
    lines = found.out.splitlines()
    assert (found.code, found.err, "\x1b" in found.out) == (0, "", False)
    assert lines[0].startswith("past 20")
    assert [line[24:] for line in lines] == ["-a", ":Needle [redacted]", "-z"]
    nothing = house.rdv("grep", "-F", "ne+dle")
    assert (nothing.code, nothing.out, nothing.err) == (1, "", "")
    cut = house.rdv("grep", "a", "--limit=1")
    assert (cut.code, "there may be more" in cut.err) == (0, True)

    file = house.home / "past.cast"
    wrote = house.rdv("session", "record", "export", "past", str(file), "--format", "v3")
    assert (wrote.code, wrote.out) == (0, f"wrote {file}\n")
    assert json.loads(file.read_text().splitlines()[0])["version"] == 3
    assert SECRET not in file.read_text()
    assert house.rdv("session", "record", "export", "past", str(file)).code == 4

    then = house.rdv("session", "screen", "past", "--at", "0s")
    assert then.out.splitlines()[::2][:2] == ["a", "z"]
    early = house.rdv("session", "screen", "past", "--at", f"{time.time() - begun + 60:.0f}s")
    assert (early.code, "began" in early.err) == (2, True)
