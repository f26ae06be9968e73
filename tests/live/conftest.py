"""One machine for all tests here, and rdvd as a service on it that has not failed yet."""

from collections.abc import Generator

import pytest

from .machine import Machine, booted, why_not


@pytest.fixture(scope="session")
def machine() -> Generator[Machine]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    with booted() as machine:
        machine.rdv("service", "install")
        yield machine


@pytest.fixture
def service(machine: Machine) -> Machine:
    machine.rdv("service", "start")
    return machine
