"""How many workers there are, and which card each gets; no real card is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synth_addon.farm.sizing import auto_workers, card_count, card_of, threads_of, usable_cores

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in program is a script of POSIX")


@pytest.fixture
def three_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that lists cards as NVIDIA's does."""
    program = tmp_path / "nvidia-smi"
    lines = "\n".join(f"GPU {number}: NVIDIA H100 (UUID: GPU-{number})" for number in range(3))
    program.write_text(f"#!/bin/sh\ncat <<'E'\n{lines}\nE\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.usefixtures("three_cards")
@pytest.mark.parametrize("device", ["CUDA", "OPTIX"])
def test_workers_take_cards_in_turn(device) -> None:
    assert card_count(device) == auto_workers(device) == 3
    pinned = [card_of(device)(place) for place in range(4)]
    assert pinned == [{"CUDA_VISIBLE_DEVICES": number} for number in "0120"]


@pytest.mark.usefixtures("three_cards")
def test_cards_that_a_cluster_has_given_are_kept_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, GPU-5")
    assert card_count("CUDA") == 2
    assert [card_of("CUDA")(place)["CUDA_VISIBLE_DEVICES"] for place in range(3)] == [
        "2",
        "GPU-5",
        "2",
    ]


@pytest.mark.usefixtures("three_cards")
@pytest.mark.parametrize("device", ["CPU", "METAL", "HIP"])
def test_other_kinds_are_not_pinned_by_number(device) -> None:
    assert card_count(device) == 1
    assert card_of(device)(0) == {}


def test_cores_are_shared_out() -> None:
    assert threads_of(1) == usable_cores()
    assert threads_of(10 * usable_cores()) == 1
    assert 1 <= auto_workers("CPU") <= usable_cores()
