"""python -m rdvd.config: write docs/configuration.md anew."""

from pathlib import Path

from rdvd.config.reference import reference

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "configuration.md"

if __name__ == "__main__":
    DOCUMENT.write_text(reference(), encoding="utf-8")
