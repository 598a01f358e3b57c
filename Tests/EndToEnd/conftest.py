import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from world import BIN, World, temporary_folder  # noqa: E402


def pytest_configure(config):
    if not (BIN / "sluice").exists():
        pytest.exit(f"{BIN}/sluice is not built: run `make build`, or set SLUICE_BIN", returncode=2)


@pytest.fixture
def start_world(request):
    """Starts worlds; at the end of the test each must have leaked nothing."""
    worlds = []

    def start(**options) -> World:
        folder = temporary_folder()
        worlds.append((folder, world := World(folder, **options)))
        return world

    yield start
    for folder, world in worlds:
        try:
            world.assert_nothing_leaked()
        finally:
            world.close()
        # Logs of the shutdown count too.
        world.assert_nothing_leaked()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def world(start_world) -> World:
    return start_world()


REDACT = 'preset = "balanced"\n[table.credential]\ntolerated = "redact"\n'


@pytest.fixture
def redacting(start_world) -> World:
    """A world whose policy redacts credentials instead of stopping the prompt."""
    return start_world(policy=REDACT)
