"""Strikes at a running pool at random moments, and starts it again until it has ended well."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .conftest import children

DONE, SET_ASIDE = 0, 3
_PATIENCE_S = 10.0
_LONGEST_RUN_S = 900
_NEWEST = 40
"""A run that goes on looks at the files of at least so many scenes."""


class Chaos:
    """A run that is struck.

    Args:
        command: of the coordinator, with --resume.
        output: the dataset's folder.
        seed: of all draws.
        pause_s: at most, between two faults.

    Attributes:
        counts: how often each fault was made.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        output: Path,
        seed: int,
        pause_s: float = 0.4,
    ) -> None:
        self._command, self._environment, self._output = command, environment, output
        self._pause_s = pause_s
        self._draw = np.random.default_rng(seed)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped: set[int] = set()
        self.counts: Counter[str] = Counter()

    def run(self, faults: int) -> None:
        """Make so many faults, then let the run end; a run that ends early is begun anew."""
        strikes = {
            "kill a worker": self._kill_worker,
            "stop a worker": self._stop_worker,
            "kill the coordinator": self._kill_coordinator,
            "kill all": self._kill_all,
            "tear the journal": self._tear_journal,
            "leave half a file": self._leave_half,
            "cut off a finished file": self._cut_off,
        }
        names, weights = list(strikes), [0.52, 0.12, 0.08, 0.08, 0.06, 0.06, 0.08]
        try:
            while sum(self.counts.values()) < faults:
                self._keep_going()
                time.sleep(float(self._draw.uniform(0.05, self._pause_s)))
                name = str(self._draw.choice(names, p=weights))
                if strikes[name]():
                    self.counts[name] += 1
            self._end_well()
        finally:
            self._kill_all()

    def _keep_going(self) -> None:
        """Have a coordinator run; one that has finished everything is given new work."""
        if self._process is not None and self._process.poll() is not None:
            if self._process.returncode == DONE:
                self._take_back_scenes()
            self._process = None
        if self._process is None:
            self._end_stopped()
            self._process = subprocess.Popen(
                self._command,
                env=dict(self._environment),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._wait_for_work()

    def _wait_for_work(self) -> None:
        """Let a new run come to its first scenes, for a strike to hit something."""
        assert self._process is not None
        before, end = self._journal_size(), time.monotonic() + _PATIENCE_S
        while self._journal_size() <= before and self._process.poll() is None:
            if time.monotonic() > end:
                return
            time.sleep(0.02)

    def _journal_size(self) -> int:
        journal = self._output / "journal.jsonl"
        return journal.stat().st_size if journal.exists() else 0

    def _end_well(self) -> None:
        for _ in range(10):
            self._keep_going()
            assert self._process is not None
            code = self._process.wait(_LONGEST_RUN_S)
            self._process = None
            if code == DONE:
                return
            assert code == SET_ASIDE, code
        raise AssertionError("the run does not end")

    def _take_back_scenes(self) -> None:
        """Forget half of the finished scenes, as a user does who removes lines of the journal."""
        journal = self._output / "journal.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join(lines[::2]))

    def _workers(self) -> list[int]:
        return [] if self._process is None else children(self._process.pid)

    def _kill_worker(self) -> bool:
        workers = self._workers()
        return bool(workers) and _signal(int(self._draw.choice(workers)), signal.SIGKILL)

    def _stop_worker(self) -> bool:
        workers = [worker for worker in self._workers() if worker not in self._stopped]
        if not workers:
            return False
        chosen = int(self._draw.choice(workers))
        self._stopped.add(chosen)
        return _signal(chosen, signal.SIGSTOP)

    def _kill_coordinator(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return False
        self._process.kill()
        self._process.wait()
        return True

    def _kill_all(self) -> bool:
        workers = self._workers()
        killed = self._kill_coordinator()
        for worker in workers:
            _signal(worker, signal.SIGKILL)
        self._end_stopped()
        return killed

    def _tear_journal(self) -> bool:
        if not self._kill_coordinator() or not (self._output / "journal.jsonl").exists():
            return False
        with (self._output / "journal.jsonl").open("ab") as journal:
            journal.write(b'{"files":{"depth/0000')
        return True

    def _leave_half(self) -> bool:
        """Leave part of a file under a temporary name, and part of one of a scene to come."""
        if not self._kill_coordinator() or not (self._output / "images/000000").is_dir():
            return False
        (self._output / "images/000000/.tmp-000000799.png").write_bytes(b"\x89PNG")
        unfinished = self._output / "images/000000/000000799.png"
        if not unfinished.exists():
            unfinished.write_bytes(b"\x89PNG")
        return True

    def _cut_off(self) -> bool:
        """Leave a part of a file of a scene that was finished lately, as a power cut may."""
        journal = self._output / "journal.jsonl"
        if not self._kill_coordinator() or not journal.exists():
            return False
        lines = journal.read_bytes().split(b"\n")[:-1][-_NEWEST:]
        if not lines:
            return False
        entry = json.loads(lines[int(self._draw.integers(len(lines)))])
        path = self._output / str(self._draw.choice(sorted(entry["files"])))
        os.truncate(path, path.stat().st_size // 2)
        return True

    def _end_stopped(self) -> None:
        """End stopped workers whose coordinator is gone: they cannot see that by themselves."""
        for worker in self._stopped:
            _signal(worker, signal.SIGKILL)
        self._stopped.clear()


def _signal(process: int, number: int) -> bool:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return False
    return True
