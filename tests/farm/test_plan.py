"""`synth plan` in a process of its own, with a quick renderer: what it says, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import Synth, command

MACHINES = ("--machine", "big:64x1.5:2.40:3", "--machine", "small:16:0.50")
QUICK = ("--probe-scenes", 3)


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return the folder that takes temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def plan_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    event: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert event["event"] == "plan"
    return event


def test_a_plan_is_told_to_people(synth: Synth, recipe: Path, temporary: Path) -> None:
    done = synth("plan", recipe, "--frames", "10_000_000", *MACHINES, *QUICK, TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    rows = [line.split("  ")[0] for line in done.stdout.splitlines()]
    for row in ("wall time", "CPU time", "big", "small", "time", "cost", "storage", "files"):
        assert row in rows
    assert "cost per 1,000 frames" in rows
    assert "10,000,000 frames in 5,000,000 scenes" in done.stdout
    assert "measured on 3 scenes with 2 views each" in done.stdout
    assert "assumed: " in done.stdout
    assert list(temporary.iterdir()) == []


def test_programs_get_all_numbers(synth: Synth, recipe: Path, temporary: Path) -> None:
    arguments = ("plan", recipe, "--frames", 1000, *MACHINES, *QUICK, "--json")
    variables = {"TMPDIR": str(temporary), "STAND_IN_DELAY_S": "0.05"}
    plan = plan_of(synth(*arguments, **variables))
    assert (plan["frames"], plan["scenes"], plan["deadline_h"]) == (1000, 500, None)
    probe = plan["probe"]
    assert len(probe["scenes"]) == 3
    assert all(scene["wall_s"] > 0 for scene in probe["scenes"])
    assert all(scene["cpu_s"] > 0 for scene in probe["scenes"])
    assert probe["means"]["files"] == {"low": 11, "mean": 11, "high": 11}
    assert probe["startup_s"] > 0
    (fleet,) = plan["fleets"]
    assert [machine["workers"] for machine in fleet["machines"]] == [64, 16]
    assert sum(machine["share"] for machine in fleet["machines"]) == pytest.approx(1.0)
    for estimate in (*fleet["run"].values(), *plan["storage"].values()):
        assert estimate["low"] <= estimate["mean"] <= estimate["high"]
    assert plan["storage"]["files"]["mean"] == 500 * 11 + 3
    assert list(temporary.iterdir()) == []


def test_sizes_are_those_of_a_dataset(synth: Synth, recipe: Path, whole: Path) -> None:
    arguments = ("plan", recipe, "--frames", 48, *MACHINES, "--probe-scenes", 23, "--json")
    storage = plan_of(synth(*arguments))["storage"]
    files = [path for path in whole.rglob("*") if path.is_file() and path.name[0] != "."]
    assert storage["files"]["mean"] == len(files)
    # the plan's mean leaves out scene 0
    assert storage["size"]["mean"] == pytest.approx(sum(f.stat().st_size for f in files), rel=0.02)
    assert storage["journal"]["mean"] == pytest.approx(
        (whole / "journal.jsonl").stat().st_size, rel=0.001
    )


def test_a_deadline_says_how_many_machines(synth: Synth, recipe: Path) -> None:
    machines = ("--machine", "a:64:2", "--machine", "b:8:0.3")
    arguments = ("plan", recipe, "--frames", "10_000_000", "--deadline", 1, *machines, *QUICK)
    fleets = plan_of(synth(*arguments, "--json"))["fleets"]
    assert [fleet["machines"][0]["name"] for fleet in fleets] == ["a", "b"]
    for fleet in fleets:
        assert fleet["machines"][0]["count"] == fleet["needed"]["high"]
        assert fleet["run"]["hours"]["high"] <= 1
    shown = synth(*arguments)
    assert shown.returncode == 0, shown.stderr
    assert "made in 1 h" in shown.stdout
    assert "b: cost per 1,000 frames" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--frames", "0"), ("--frames '0'", "from 1 to")),
        (("--frames=-5",), ("--frames '-5'", "from 1 to")),
        (("--frames", "many"), ("--frames 'many'", "whole number")),
        (("--frames", "100_000_000_000"), ("--frames 100000000000", "views_per_scene")),
        (("--machine", "b"), ("--machine 'b'", "NAME:CORES:PRICE")),
        (("--machine", ":4:1"), ("--machine ':4:1'", "NAME:CORES:PRICE")),
        (("--machine", "b:0:1"), ("CORES '0'", "whole number from 1")),
        (("--machine", "b:4x0:1"), ("speed '0'", "above 0")),
        (("--machine", "b:4x:1"), ("speed ''", "above 0")),
        (("--machine", "b:4:-1"), ("PRICE '-1'", "not negative")),
        (("--machine", "b:4:free"), ("PRICE 'free'", "not negative")),
        (("--machine", "b:4:nan"), ("PRICE 'nan'", "not negative")),
        (("--machine", "b:4:1:0"), ("COUNT '0'", "whole number from 1")),
        (("--machine", "a:4:1"), ("--machine a: is named twice", "COUNT")),
        (("--machine", "b:4:1:2", "--deadline", "5"), ("--deadline", "Leave COUNT")),
        (("--deadline", "0"), ("--deadline '0'", "hours above 0")),
        (("--efficiency", "1.1"), ("--efficiency '1.1'", "at most 1")),
        (("--probe-scenes", "1"), ("--probe-scenes '1'", "from 2 to")),
        (("--put-price=-1",), ("--put-price '-1'", "not negative")),
        (("--storage-price", "x"), ("--storage-price 'x'", "not negative")),
    ],
)
def test_what_cannot_be_used_is_named(
    synth: Synth, recipe: Path, temporary: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    given = ("plan", recipe, "--frames", 100, "--machine", "a:4:1", *arguments)
    done = synth(*given, TMPDIR=str(temporary))
    assert done.returncode == 2
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr
    assert list(temporary.iterdir()) == []


def test_an_unknown_recipe_is_refused(synth: Synth) -> None:
    done = synth("plan", "no_such_preset", "--frames", 100, "--machine", "a:4:1")
    assert done.returncode == 2
    assert "no_such_preset" in done.stderr


def test_a_scene_that_cannot_be_made_leaves_no_folder(
    synth: Synth, recipe: Path, temporary: Path
) -> None:
    crowd = ("--set", "objects.cube.count=100", "--set", "spawn.x_m=0", "--set", "spawn.y_m=0")
    given = ("plan", recipe, "--frames", 100, "--machine", "a:4:1", *crowd)
    done = synth(*given, TMPDIR=str(temporary))
    assert done.returncode == 3, done.stderr
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_ctrl_c_leaves_no_folder(
    environment: dict[str, str], recipe: Path, temporary: Path
) -> None:
    process = subprocess.Popen(
        command("plan", recipe, "--frames", 100, "--machine", "a:4:1", "--json"),
        env={**environment, "STAND_IN_DELAY_S": "0.3", "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    next(line for line in process.stdout if '"frame"' in line)
    assert [path.name[:11] for path in temporary.iterdir()] == ["synth-plan-"]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert list(temporary.iterdir()) == []
