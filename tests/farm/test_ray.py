"""Ray: the bytes of one process from three machines, one of which is lost, and the head too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.dataset.validate import validate_dataset
from tests.object_server import BUCKET, object_server

from .conftest import Synth, children, command, started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Ray's test cluster is for POSIX"),
]
Hashed = Callable[[Path], str]
IMPATIENT = {"RAY_gcs_rpc_server_reconnect_timeout_s": "5"}
"""How long Ray waits for a head that is gone; a minute is usual."""


def test_three_machines_make_what_one_process_makes(
    cluster: Any, synth: Synth, recipe: Path, whole: Path, hashed: Hashed, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ("generate", recipe, "-o", out, "--scenes", 24, "--workers", 3)
    done = synth(*arguments, "--backend", "ray", "--address", cluster.address)
    assert done.returncode == 0, done.stderr
    assert "3 workers" in done.stdout
    assert hashed(out) == hashed(whole)
    assert list(validate_dataset(out)) == []


@pytest.fixture
def slow_cluster(environment: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    """A cluster whose workers take their time; each tells in `tmp_path` that it is at work."""
    cluster = started(environment, STAND_IN_DELAY_S="0.5", STAND_IN_SIGNS=str(tmp_path))
    yield cluster
    cluster.shutdown()


def test_a_machine_that_is_lost_loses_no_frame(
    slow_cluster: Any,
    environment: dict[str, str],
    recipe: Path,
    whole: Path,
    hashed: Hashed,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    process = begun(slow_cluster, environment, recipe, out)
    lost = slow_cluster.list_all_nodes()[-1]
    while not any((tmp_path / str(worker)).exists() for worker in workers_of(lost)):
        assert process.poll() is None, "the run has ended before that machine had a part in it"
        time.sleep(0.1)
    workers = workers_of(lost)
    slow_cluster.remove_node(lost, allow_graceful=False)
    for worker in workers:  # they would go on for seconds, as no lost machine's do
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "is replaced" in errors
    assert hashed(out) == hashed(whole)


def test_the_same_command_goes_on_when_the_whole_cluster_was_lost(
    slow_cluster: Any,
    environment: dict[str, str],
    synth: Synth,
    recipe: Path,
    whole: Path,
    hashed: Hashed,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    process = begun(slow_cluster, environment, recipe, out)
    slow_cluster.shutdown()
    process.communicate(timeout=180)
    assert process.returncode != 0
    finished = synth("status", out).stdout
    assert "of 24" in finished and not finished.startswith("24")
    resumed = synth("generate", recipe, "-o", out, "--scenes", 24, "--resume", "--backend", "ray")
    assert resumed.returncode == 0, resumed.stderr
    assert hashed(out) == hashed(whole)


def test_a_cluster_writes_into_an_object_store(
    synth: Synth, recipe: Path, whole: Path, hashed: Hashed
) -> None:
    with object_server() as variables:
        url = f"s3://{BUCKET}/ray"
        done = synth("generate", recipe, "-o", url, "--scenes", 24, "--backend", "ray", **variables)
        assert done.returncode == 0, done.stderr
        assert synth("hash", url, **variables).stdout.strip() == hashed(whole)


def begun(
    cluster: Any, environment: dict[str, str], recipe: Path, out: Path
) -> subprocess.Popen[str]:
    """Return a run by Ray that has made some frames."""
    arguments = ["generate", recipe, "-o", out, "--scenes", 24, "--backend", "ray", "--json"]
    process = subprocess.Popen(
        command(*arguments, "--address", cluster.address),
        env={**environment, **IMPATIENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    next(line for line in process.stdout if '"frame"' in line and '"done": 8,' in line)
    return process


def workers_of(node: Any) -> list[int]:
    """Return the processes of a machine of the cluster that actors have started, and the actors."""
    raylet = node.all_processes["raylet"][0].process.pid
    actors = [process for process in children(raylet) if children(process)]
    return [*actors, *(worker for actor in actors for worker in children(actor))]


@pytest.mark.parametrize(
    "address", ["127.0.0.1:9", "nowhere", "127.0.0.1:99999", "ray://127.0.0.1:9"]
)
def test_an_address_that_does_not_answer_is_named(
    synth: Synth, recipe: Path, tmp_path: Path, address: str
) -> None:
    out = tmp_path / "out"
    done = synth("generate", recipe, "-o", out, "--backend", "ray", "--address", address)
    assert done.returncode == 2
    assert f"--address {address}" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_needs_a_cluster(synth: Synth, recipe: Path, tmp_path: Path) -> None:
    done = synth("generate", recipe, "-o", tmp_path / "out", "--address", "auto")
    assert done.returncode == 2
    assert "Add --backend ray" in done.stderr


def test_an_unknown_backend_is_refused_with_those_there_are(
    synth: Synth, recipe: Path, tmp_path: Path
) -> None:
    done = synth("generate", recipe, "-o", tmp_path / "out", "--backend", "slurm")
    assert done.returncode == 2
    assert "slurm" in done.stderr and "ray" in done.stderr


def test_the_extra_is_named_where_ray_is_missing(
    environment: dict[str, str], recipe: Path, tmp_path: Path
) -> None:
    blocked = "import sys; sys.modules['ray'] = None; from synth_addon.cli import main; main()"
    arguments = ["generate", recipe, "-o", tmp_path / "out", "--backend", "ray"]
    done = subprocess.run(
        [sys.executable, "-c", blocked, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "synth-addon[ray]" in done.stderr
