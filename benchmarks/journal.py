"""What a journal of millions of scenes costs: to resume, in memory, to sort and to index.

    python benchmarks/journal.py [--scenes 1000000] [--files 21]

A real `synth generate --resume --workers 1` starts on a dataset of so many scenes; only its last
hundred have files, and the renderer draws tiny pictures by ray casting. Time runs until the first
new frame is told; memory is the coordinator's highest. Then the same journal is sorted, from the
order in which 64 workers leave it, and indexed for reading.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECIPE = {
    "version": 1,
    "objects": {"cube": {"shape": "cube"}},
    "physics": {"enabled": False},
    "spawn": {"mode": "scatter"},
    "camera": {"width_px": 32, "height_px": 24},
}
REAL = 300
WORKERS = 64
SORT = """
import resource, sys, time
from pathlib import Path
from synth_addon.core.dataset.journal_sort import sort_journal
before = time.perf_counter()
sort_journal(Path(sys.argv[1]))
print(time.perf_counter() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
INDEX = """
import resource, sys, time
from pathlib import Path
from synth_addon.core.dataset.journal_index import read_index
before = time.perf_counter()
read_index(Path(sys.argv[1]))
print(time.perf_counter() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def lines(scenes: int, files: int) -> Iterator[str]:
    """Yield lines of scenes that were finished by workers of uneven speed."""
    for block in range(0, scenes, WORKERS):
        for number in range(WORKERS):
            scene = block + (number * 37) % WORKERS
            if scene < scenes:
                start, digest, first = f'"images/{scene:06d}/', f"{scene:064x}", scene * 32
                entries = [f'{start}{first + n:09d}.png":"{digest}"' for n in range(files)]
                yield f'{{"files":{{{",".join(entries)}}},"frames":[{scene},1],"scene":{scene}}}\n'


def prepare(folder: Path, scenes: int, files: int) -> tuple[list[str], dict[str, str], Path]:
    """Return the command of a run, its variables, and the journal of its dataset."""
    (folder / "site").mkdir()
    stand_in = (ROOT / "tests/farm/stand_in.py").read_text("utf-8")
    (folder / "site" / "sitecustomize.py").write_text(stand_in)
    path = os.pathsep.join([str(folder / "site"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path}
    (folder / "recipe.json").write_text(json.dumps(RECIPE))
    output = folder / "dataset"
    command = [sys.executable, "-m", "synth_addon.cli", "generate", str(folder / "recipe.json")]
    command += ["--output", str(output), "--json", "--resume", "--workers", "1"]
    real = [*command, "--scene-range", f"{scenes - REAL}:{scenes}"]
    subprocess.run(real, env=environment, check=True, stdout=subprocess.DEVNULL)
    journal = output / "journal.jsonl"
    newest = journal.read_text()
    with journal.open("w") as file:
        file.writelines(lines(scenes - REAL, files))
        file.write(newest)
    return [*command, "--scene-range", f"0:{scenes + 50}"], environment, journal


def resumed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds until the first new frame, and the coordinator's peak in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    next(line for line in process.stdout if '"event": "frame"' in line)
    seconds = time.perf_counter() - began
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    process.kill()
    process.wait()
    return seconds, int(peak) / 1024


def measured(code: str, *arguments: object) -> tuple[float, float]:
    """Return seconds and peak MiB that a piece of code tells of itself."""
    words = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=21, help="of each scene")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synth-journal-", dir=ROOT / "build") as folder:
        command, environment, journal = prepare(Path(folder), options.scenes, options.files)
        sys.stdout.write(f"journal            {journal.stat().st_size / 2**30:8.2f} GiB\n")
        show("first new frame", *resumed(command, environment))
        show("again, cached", *resumed(command, environment))
        show("sort", *measured(SORT, journal))
        show("index", *measured(INDEX, journal))


def show(name: str, seconds: float, peak: float) -> None:
    sys.stdout.write(f"{name:18} {seconds:8.2f} s {peak:8.0f} MiB\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
