"""What holds beside what would hold. Pure."""

from rdvd.config import Change, Config, Shown, as_json, changes, settings

from .types import HeldConfig, HeldSetting, Reloaded


def compare(held: Config, found: Config) -> HeldConfig:
    """`found` is what the files and the environment say by now."""
    waiting = {change.key: change for change in changes(held, found)}
    shown = [_setting(shown, waiting.get(shown.key)) for shown in settings(held)]
    return HeldConfig(shown, problems=[])


def describe(held: Config, found: Config) -> Reloaded:
    changed = changes(held, found)
    return Reloaded(
        changed=[change.key for change in changed if change.live],
        waiting=[change.key for change in changed if not change.live],
    )


def _setting(shown: Shown, change: Change | None) -> HeldSetting:
    value = as_json(shown.value)
    if change is None:
        return HeldSetting(shown.key, value, shown.source)
    waits_for = "reload" if change.live else "restart"
    return HeldSetting(shown.key, value, shown.source, waits_for, as_json(change.new))
