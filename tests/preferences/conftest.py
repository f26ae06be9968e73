"""What ends with a test."""

from tests.folders.conftest import run as run
