"""How long the report of a large dataset takes to write, how large it is, and how fast it opens.

Run ``python benchmarks/report.py [--frames 10000]``. A few frames of the reference renderer are
linked and numbered anew until there are enough; Chromium opens the page from the disk, without a
cache, and says when it was loaded and when all frames in sight were drawn. Needs `selenium`,
``chromium`` and ``chromedriver``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from synth_addon.core.dataset.journal_index import read_entries, read_index
from synth_addon.core.dataset.layout import image_path, numbered_path, scene_path
from synth_addon.core.report.page import ReportOptions, write_report
from tests.browser import start_browser
from tests.core.export.conftest import RECIPE, SCENES, VIEWS, generated

TIMES = """
const t = performance.timing, paint = performance.getEntriesByType("paint");
return {
  interactive: t.domInteractive - t.navigationStart,
  loaded: t.loadEventEnd - t.navigationStart,
  painted: Math.round(Math.max(...paint.map((p) => p.startTime))),
};
"""


def repeated(small: Path, folder: Path, frames: int) -> Path:
    """Make a dataset of many frames whose files are links to those of a small one."""
    shutil.copy(small / "dataset.json", folder)
    journal = small / "journal.jsonl"
    entries = list(read_entries(journal, read_index(journal)))
    with open(folder / "journal.jsonl", "w", encoding="utf-8") as lines:
        for scene in range(-(-frames // VIEWS)):
            source, shift = scene % SCENES, scene - scene % SCENES
            files = {}
            for path, digest in entries[source].files.items():
                channel, number = path.split("/")[0], int(Path(path).stem)
                step = shift if channel == "scenes" else shift * VIEWS
                target = numbered_path(channel, number + step, Path(path).suffix)
                link_or_renumber(small / path, folder / target, number + step, scene)
                # Files differ in a real dataset, so they have hashes of their own.
                files[target] = f"{scene * VIEWS + number:016x}{digest[16:]}"
            line = {"scene": scene, "frames": [scene * VIEWS, VIEWS], "files": files}
            lines.write(f"{json.dumps(line)}\n")
    assert (folder / image_path(frames - 1)).exists()
    assert (folder / scene_path(0)).exists()
    return folder


def link_or_renumber(source: Path, target: Path, frame: int, scene: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.parent.parent.name != "frames":
        os.link(source, target)
        return
    record = json.loads(source.read_bytes())
    record.update(frame=frame, scene=scene)
    target.write_text(json.dumps(record), "utf-8")


def opened(page: Path, runs: int) -> list[dict[str, int]]:
    """Return when the page was interactive, painted and loaded, ms, in fresh browsers."""

    found = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="synth-report-") as profile:
            driver = start_browser(Path(profile))
            try:
                driver.get(page.as_uri())
                time.sleep(0.5)
                found.append(driver.execute_script(TIMES))
            finally:
                driver.quit()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synth-report-") as name:
        small = generated(RECIPE, Path(name) / "small")
        (Path(name) / "large").mkdir()
        large = repeated(small, Path(name) / "large", options.frames)
        for embed in (False, True):
            start = time.perf_counter()
            page = write_report(large, options=ReportOptions(embed=embed))
            seconds = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            times = opened(page, options.runs)
            medians = {key: statistics.median(run[key] for run in times) for key in times[0]}
            print(
                f"{options.frames} frames, {'embedded' if embed else 'linked'}: written in "
                f"{seconds:.1f} s, peak {peak:.0f} MiB, {page.stat().st_size / 1e6:.2f} MB; "
                + ", ".join(f"{key} after {value:.0f} ms" for key, value in medians.items())
            )


if __name__ == "__main__":
    main()
