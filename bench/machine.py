"""Where and when figures were taken. Names no host and no path."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from attrs import frozen

PACKAGES = ("trio", "attrs", "outcome", "pykka")


@frozen
class Machine:
    taken: str
    revision: str
    cpu: str
    cores: int
    memory: str
    kernel: str
    versions: dict[str, str]


def describe_machine(repository: Path) -> Machine:
    return Machine(
        taken=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        revision=_revision(repository),
        cpu=_field("/proc/cpuinfo", "model name") or platform.machine(),
        cores=os.cpu_count() or 1,
        memory=f"{_memory_bytes() / 2**30:.0f} GiB",
        kernel=f"{platform.system()} {platform.release()}",
        versions={"python": platform.python_version()} | _package_versions(),
    )


def _package_versions() -> dict[str, str]:
    return {package: _version(package) for package in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _revision(repository: Path) -> str:
    name = _git(repository, "rev-parse", "--short", "HEAD")
    if not name:
        return "unknown"
    return f"{name} with changes" if _git(repository, "status", "--porcelain") else name


def _git(repository: Path, *arguments: str) -> str:
    try:
        result = subprocess.run(
            ["git", *arguments], cwd=repository, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _field(file: str, name: str) -> str | None:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), None)
