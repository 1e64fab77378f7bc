"""Exports as tasks of Ray: the bytes of one process from three machines, one of which is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Synth, started
from .exports import SLOW, begun, bytes_of, lives, of, until, writers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Ray's test cluster is for POSIX"),
]
FILTER = ("--drop-empty", "--min-visible", 0.9)


@pytest.mark.parametrize("more", [(), FILTER, ("--workers", 2)])
def test_three_machines_write_what_one_process_writes(
    cluster: Any, synth: Synth, whole: Path, tmp_path: Path, more: tuple[object, ...]
) -> None:
    plain, out = tmp_path / "plain", tmp_path / "out"
    alone = synth(*of(whole, plain, "--json", *more[:3]))
    by_ray = ("--backend", "ray", "--address", cluster.address)
    done = synth(*of(whole, out, "--json", *more, *by_ray))
    assert done.returncode == 0, done.stderr
    assert bytes_of(out) == bytes_of(plain)
    assert done.stdout == alone.stdout.replace(str(plain), str(out))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "plain"]
    assert synth("validate", out).returncode == 0


def test_a_machine_that_is_lost_loses_no_shard(
    environment: dict[str, str], synth: Synth, whole: Path, tmp_path: Path
) -> None:
    plain, out = tmp_path / "plain", tmp_path / "out"
    assert synth(*of(whole, plain)).returncode == 0
    cluster = started(environment, **SLOW)
    try:
        arguments = of(whole, out, "--backend", "ray", "--address", cluster.address)
        with begun(arguments, environment) as process:
            until(lambda: len(writers(out)) == 3, "not all machines write")
            cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
            until(lambda: not all(map(lives, writers(out))), "no shard was lost")
            _, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
    finally:
        cluster.shutdown()
    assert bytes_of(out) == bytes_of(plain)
    assert synth("validate", out).returncode == 0


def test_what_is_wrong_with_the_dataset_is_told_as_without_ray(
    synth: Synth, recipe: Path, tmp_path: Path
) -> None:
    dataset, out = tmp_path / "dataset", tmp_path / "out"
    assert synth("generate", recipe, "-o", dataset, "--scenes", 3).returncode == 0
    (dataset / "depth/000000/000000003.png").unlink()
    alone = synth(*of(dataset, out))
    assert alone.returncode == 1 and "000000003.png: is missing" in alone.stderr
    done = synth(*of(dataset, out, "--backend", "ray"))
    assert done.returncode == 1
    assert alone.stderr in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_a_format_that_is_written_in_one_go_is_refused(
    synth: Synth, whole: Path, tmp_path: Path
) -> None:
    formats = ("-f", "webdataset", "-f", "yolo")
    done = synth("export", whole, *formats, "-o", tmp_path / "out", "--backend", "ray")
    assert done.returncode == 2
    assert "--format yolo" in done.stderr and "for webdataset" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nowhere"])
def test_an_address_that_does_not_answer_is_named(
    synth: Synth, whole: Path, tmp_path: Path, address: str
) -> None:
    done = synth(*of(whole, tmp_path / "out", "--backend", "ray", "--address", address))
    assert done.returncode == 2
    assert f"--address {address}" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_address_needs_a_cluster(synth: Synth, whole: Path, tmp_path: Path) -> None:
    done = synth(*of(whole, tmp_path / "out", "--address", "auto"))
    assert done.returncode == 2
    assert "Add --backend ray" in done.stderr


def test_the_extra_is_named_where_ray_is_missing(
    environment: dict[str, str], whole: Path, tmp_path: Path
) -> None:
    blocked = "import sys; sys.modules['ray'] = None; from synth_addon.cli import main; main()"
    arguments = map(str, of(whole, tmp_path / "out", "--backend", "ray"))
    done = subprocess.run(
        [sys.executable, "-c", blocked, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "synth-addon[ray]" in done.stderr
