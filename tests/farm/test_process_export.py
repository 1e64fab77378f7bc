"""Exports by many processes of this machine: the bytes of one, whatever dies."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from synth_addon import __version__
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.errors import OutputError, UsageError
from synth_addon.core.export.filters import ExportFilter
from synth_addon.core.export.registry import SHIPPED
from synth_addon.core.export.source import ExportSource
from synth_addon.farm.shard_export import ShardTask, write_shard

from .conftest import Synth
from .exports import SLOW, begun, bytes_of, lives, of, until, writers


@pytest.mark.parametrize("more", [(), ("--drop-empty", "--min-visible", 0.9)])
def test_two_processes_write_and_tell_what_one_does(
    synth: Synth, whole: Path, tmp_path: Path, more: tuple[object, ...]
) -> None:
    plain, out = tmp_path / "plain", tmp_path / "out"
    alone = synth(*of(whole, plain, "--json", *more))
    done = synth(*of(whole, out, "--json", *more, "--workers", 2))
    assert done.returncode == 0, done.stderr
    assert bytes_of(out) == bytes_of(plain)
    assert done.stdout == alone.stdout.replace(str(plain), str(out))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "plain"]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_process_that_is_ended_ends_the_export(
    environment: dict[str, str], whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with begun(of(whole, out, "--workers", 2), {**environment, **SLOW}) as process:
        until(lambda: len(writers(out)) == 2, "not all processes write")
        os.kill(writers(out).pop(), signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "--workers 2" in errors and "nothing was left behind" in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_ends_all_processes_and_leaves_nothing(
    environment: dict[str, str], whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with begun(of(whole, out, "--workers", 2), {**environment, **SLOW}) as process:
        until(lambda: len(writers(out)) == 2, "not all processes write")
        found = writers(out)
        for each in (*found, process.pid):  # as a terminal does
            os.kill(each, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "synth: interrupted\n"
    assert not any(map(lives, found))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_no_process_outlives_the_coordinator_and_the_next_export_is_whole(
    environment: dict[str, str], synth: Synth, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with begun(of(whole, out, "--workers", 2), {**environment, **SLOW}) as process:
        until(lambda: len(writers(out)) == 2, "not all processes write")
        found = writers(out)
        process.kill()
        until(lambda: not any(map(lives, found)), "a process lives on", 10)
    assert not out.exists()
    assert synth(*of(whole, out, "--workers", 2)).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not [name for name in bytes_of(out) if name.startswith(".")]


def test_formats_and_numbers_that_cannot_be_used_are_named(
    synth: Synth, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert "--workers 0" in synth(*of(whole, out, "--workers", 0)).stderr
    refused = synth("export", whole, "-f", "coco", "-o", out, "--workers", 2)
    assert refused.returncode == 2
    assert "--format coco" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_machines_with_another_version_or_disk_are_named(whole: Path, tmp_path: Path) -> None:
    dataset, format = open_dataset(whole), SHIPPED["webdataset"]
    parts = dict.fromkeys(dataset.scene_numbers(), "train")
    source = ExportSource(dataset, parts, {"train": 1.0}, ExportFilter())
    options = {name: option.default for name, option in format.options.items()}
    shard = next(format.shards(source, options))
    with pytest.raises(UsageError, match=r"has Synth .*, this is 0\.0"):
        write_shard(ShardTask(format, source, tmp_path, options, "0.0"), shard)
    task = ShardTask(format, source, tmp_path / "elsewhere", options, __version__)
    with pytest.raises(OutputError, match="all machines reach"):
        write_shard(task, shard)
