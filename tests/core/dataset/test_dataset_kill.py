"""Kill -9 at any moment, resume, and the dataset equals that of an uninterrupted run."""

import os
import random
import signal
import time
import warnings

import pytest

from synth_addon.core.dataset import atomic, journal
from synth_addon.core.dataset.info import OutputOptions
from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.dataset.validate import validate_dataset

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def _in_child(work):
    """Start `work` in a process of its own and return its id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the parent's threads are not used
        child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def test_twenty_random_kills(fill, rendered, tmp_path):
    scenes = list(range(12))
    for scene in scenes:
        rendered(scene)
    whole, target = tmp_path / "whole", tmp_path / "target"
    began = time.monotonic()
    expected = hash_dataset(fill(whole, scenes))
    duration = time.monotonic() - began
    rng = random.Random(4)
    for _ in range(20):
        child = _in_child(lambda: fill(target, scenes, resume=True))
        time.sleep(rng.uniform(0, duration / 4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert hash_dataset(fill(target, scenes, resume=True)) == expected
    assert validate_dataset(target) == []


def _dying(fill, target, steps, patch):
    """Return work that is killed at its n-th call of the system."""
    count = iter(range(steps))

    def counted(call):
        def wrapper(*arguments, **options):
            if next(count, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return wrapper

    def work():
        for name in ("fsync", "replace", "open", "mkdir"):
            patch.setattr(os, name, counted(getattr(os, name)))
        for module in (atomic, journal):
            patch.setattr(module, "open", counted(open), raising=False)
        fill(target, [1, 0], outputs=OutputOptions(depth="off", normals="off"), resume=True)

    return work


def test_kill_at_every_step(fill, rendered, tmp_path, monkeypatch):
    outputs = OutputOptions(depth="off", normals="off")
    expected = hash_dataset(fill(tmp_path / "whole", [0, 1], outputs=outputs))
    for steps in range(0, 1000, 3):
        target = tmp_path / f"{steps}"
        child = _in_child(_dying(fill, target, steps, monkeypatch))
        _, status = os.waitpid(child, 0)
        resumed = fill(target, [0, 1], outputs=outputs, resume=True)
        assert hash_dataset(resumed) == expected, f"killed at step {steps}"
        if not os.WIFSIGNALED(status):
            break
    assert steps > 100
    assert validate_dataset(target) == []
