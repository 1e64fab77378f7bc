"""The real command line in real processes; only the renderer is another, to be quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.small_disk import mounted  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]
RECIPE: dict[str, Any] = {
    "version": 1,
    "views_per_scene": 2,
    "objects": {
        "cube": {"shape": "cube", "count": {"uniform": [1, 3]}, "material": {}},
        "clutter": {"shape": "sphere", "role": "distractor", "material": {}},
    },
    "physics": {"enabled": False},
    "spawn": {"mode": "scatter"},
    "camera": {"width_px": 32, "height_px": 24},
}
Synth = Callable[..., subprocess.CompletedProcess[str]]
STORE = 80 << 20
"""Ray's least shared memory of a machine."""


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables under which every process of `synth` draws with the reference renderer."""
    folder = tmp_path_factory.mktemp("site")
    source = ROOT / "tests" / "farm" / "stand_in.py"
    (folder / "sitecustomize.py").write_text(source.read_text("utf-8"))
    path = os.pathsep.join([str(folder), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "recipe.json"
    path.write_text(json.dumps(RECIPE))
    return path


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "synth_addon.cli", *map(str, arguments)]


def children(process: int) -> list[int]:
    """Return the processes that a process has started, in whichever thread."""
    found = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(number) for number in thread.read_text().split()]
    return found


@pytest.fixture(scope="session")
def synth(environment: dict[str, str]) -> Synth:
    """Return the function that runs one command to its end."""

    def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            env={**environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture(scope="session")
def whole(synth: Synth, recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process makes: 24 scenes."""
    folder = tmp_path_factory.mktemp("whole") / "whole"
    done = synth("generate", recipe, "-o", folder, "--scenes", 24)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def hashed(synth: Synth) -> Callable[[Path], str]:
    def of(folder: Path) -> str:
        done = synth("hash", folder)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return of


def started(environment: dict[str, str], **variables: str) -> Any:
    """Return a cluster of three machines, each a set of processes here with one core."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", environment["PYTHONPATH"])
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        for name, value in variables.items():
            patch.setenv(name, value)
        head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": STORE}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(2):
            cluster.add_node(num_cpus=1, object_store_memory=STORE)
    return cluster


@pytest.fixture
def cluster(environment: dict[str, str]) -> Iterator[Any]:
    cluster = started(environment)
    yield cluster
    cluster.shutdown()
