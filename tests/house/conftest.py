"""A house: a copy of ./dev with a tiny rdvd and tiny locks, in a folder with spaces in its name."""

import os
import shutil
import subprocess
import venv
from pathlib import Path

import pytest
from attrs import frozen

from .wheels import make_wheel, pin

REPOSITORY = Path(__file__).parent.parent.parent
RDVD = "import os, sys, tiny\nprint(tiny.GREETING, os.getcwd(), sys.argv[1:])\n"
PYTEST = "import os, sys\nprint('1 passed', os.getcwd(), sys.argv[1:])\nsys.exit(5)\n"


@frozen
class House:
    root: Path
    environment: dict[str, str]

    def dev(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "dev", *arguments],
            cwd=cwd or self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """In a process group of its own, so that all of it can be killed."""
        return subprocess.Popen(
            [self.root / "dev", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def stamps(self) -> list[str]:
        return sorted(path.name for path in self.root.glob(".venv/prepared-*"))

    def site_packages(self) -> Path:
        (found,) = self.root.glob(".venv/lib/python*/site-packages")
        return found


def build_house(folder: Path) -> House:
    root, wheels = folder / "a path with a space", folder / "wheels"
    wheels.mkdir()
    (root / "tools").mkdir(parents=True)
    for file in ("dev", "tools/prepare.py", "pyproject.toml"):
        shutil.copy(REPOSITORY / file, root / file)
    (root / "rdvd").mkdir()
    (root / "rdvd" / "__main__.py").write_text(RDVD)
    tiny = pin(make_wheel(wheels, "tiny", "GREETING = 'hello'\n"))
    (root / "requirements.lock").write_text(tiny)
    # The real one is not for us to install here; that ./dev hands over to *a* pytest is the point.
    (root / "requirements-dev.lock").write_text(tiny + pin(make_wheel(wheels, "pytest", PYTEST)))
    return House(root, offline_environment(wheels))


def offline_environment(wheels: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not is_for_python(name)}
    return {
        **ours,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": os.devnull,
    }


def is_for_python(name: str) -> bool:
    return name.startswith(("PIP_", "PYTHON", "PYTEST_", "VIRTUAL_ENV"))


# Most of what making an environment costs is pip, which is the same each time.
TAKES_PIP = """
import os, shutil, venv
from pathlib import Path

def take_pip(self, context):
    (place,) = Path(context.env_dir).glob("lib/python*/site-packages")
    for each in Path({packages!r}).glob("pip*"):
        shutil.copytree(each, place / each.name, copy_function=os.link)

venv.EnvBuilder._setup_pip = take_pip
"""


@pytest.fixture(scope="session")
def quick_python(prepared_house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose environments have the pip that the prepared house has installed."""
    root = tmp_path_factory.mktemp("quick") / "python"
    venv.create(root, symlinks=True)
    (packages,) = root.glob("lib/python*/site-packages")
    told = TAKES_PIP.format(packages=str(prepared_house.site_packages()))
    (packages / "sitecustomize.py").write_text(told)
    return root / "bin" / "python"


@pytest.fixture
def house(tmp_path: Path, quick_python: Path) -> House:
    found = build_house(tmp_path)
    found.environment["PYTHON"] = str(quick_python)
    return found


@pytest.fixture(scope="session")
def prepared_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Prepared for developers, by whatever Python it finds and with a pip that is installed.
    Shared to save time: its tests leave it as they found it."""
    house = build_house(tmp_path_factory.mktemp("house"))
    done = house.dev("test")
    assert done.returncode == 5, done.stderr
    return house
