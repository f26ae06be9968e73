"""What of our own environment reaches a tmux server, and with it every pane.

Named are the variables that a login has. Nothing of the daemon's own gets in: no token, no
socket of systemd's, no virtual environment.
"""

from collections.abc import Mapping

KEPT = frozenset({
    "HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR", "MAIL",
    "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
    "NIX_PATH", "NIX_PROFILES", "SSL_CERT_FILE", "SSL_CERT_DIR", "WSL_DISTRO_NAME", "WSL_INTEROP",
})  # fmt: skip
KEPT_KINDS = ("LC_", "XDG_")


def cleaned(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environ.items()
        if name in KEPT or name.startswith(KEPT_KINDS)
    }
