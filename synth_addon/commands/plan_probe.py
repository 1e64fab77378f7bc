"""Measures a few scenes of a recipe for ``synth plan``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.asset_catalog import AssetCatalog
    from ..core.dataset.info import DatasetInfo
    from ..core.dataset.journal_lines import JournalEntry
    from ..core.dataset.store import DatasetStore
    from ..core.mesh import TriangleMesh
    from ..core.recipe.recipe import Recipe
    from ..core.renderer import Renderer
    from ..core.scene_spec import SettledScene
    from ..core.writers.frame_files import EncodedFrame
    from ..farm.planning import Probe, SceneCost
    from .console import Console


@dataclass(frozen=True)
class _Mark:
    """What the clocks showed, in seconds."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> _Mark:
        return cls(time.perf_counter(), time.process_time())


class _Watched:
    """A dataset; keeps when each scene was finished.

    One scene is written while the next is rendered, so only the time from one finished scene to the
    next counts neither twice.
    """

    def __init__(self, store: DatasetStore) -> None:
        self.info: DatasetInfo = store.info
        self.finished: dict[int, _Mark] = {}
        self._store = store

    def commit_scene(
        self,
        scene: SettledScene,
        frames: Sequence[EncodedFrame],
        meshes: Mapping[str, TriangleMesh],
    ) -> None:
        self._store.commit_scene(scene, frames, meshes)
        self.finished[scene.spec.scene] = _Mark.now()


def probe_recipe(
    recipe: Recipe, catalog: AssetCatalog, scenes: int, began: float, console: Console
) -> Probe:
    """Make scene 0, which warms up, and so many more; return what they took. Nothing stays.

    Args:
        began: when this process began to work, by `time.perf_counter`.

    Raises:
        SynthError: a scene cannot be made.
        KeyboardInterrupt: Ctrl-C; no folder stays then either.
    """
    from ..blender.ready_renderer import ready_renderer
    from ..core.dataset.store import DatasetStore
    from ..core.describe import dataset_info

    def report(name: str, number: int, total: int) -> None:
        console.event("convex_parts", mesh=name, number=number, total=total)
        console.write(f"splitting {name} into convex parts, {number} of {total}; kept for later")

    with tempfile.TemporaryDirectory(prefix="synth-plan-") as folder:
        directory = Path(folder) / "probe"
        with console.without_native_errors():
            renderer, catalog = ready_renderer(recipe, catalog, 1, report)
        with closing(renderer):
            info = dataset_info(recipe, catalog, renderer.version)
            wanted = range(scenes + 1)
            with DatasetStore.create_or_resume(directory, info, False, wanted) as store:
                first, finished = _make(recipe, catalog, renderer, store, wanted, console)
                store.finish()
        return _measured(directory, finished, recipe.views_per_scene, first - began)


def _make(
    recipe: Recipe,
    catalog: AssetCatalog,
    renderer: Renderer,
    store: DatasetStore,
    wanted: range,
    console: Console,
) -> tuple[float, Mapping[int, _Mark]]:
    """Return when the first scene began, and when each was finished."""
    from ..core.job import FrameDone, Job
    from .interrupts import noted_interrupts
    from .progress import progress_of

    total = len(wanted) * recipe.views_per_scene
    console.event("start", frames=total, scenes=len(wanted))
    console.write(f"{recipe.name}: measuring {len(wanted) - 1} scenes after one that warms up")
    first: list[float] = []
    watched = _Watched(store)

    def scenes() -> Iterator[int]:
        first.append(time.perf_counter())
        yield from wanted

    with progress_of(console, total) as report, noted_interrupts() as raise_if_interrupted:

        def listener(done: FrameDone) -> None:
            report(done)
            raise_if_interrupted()

        Job(recipe, catalog, renderer, watched, listener).run(scenes())
        raise_if_interrupted()
    return first[0], watched.finished


def _measured(
    directory: Path, finished: Mapping[int, _Mark], views: int, startup_s: float
) -> Probe:
    from ..core.dataset.journal_index import read_entries, read_index
    from ..core.dataset.layout import COCO_FILE, INFO_FILE, JOURNAL_FILE, is_model
    from ..farm.memory import peak_memory_mib
    from ..farm.planning import Probe

    journal = directory / JOURNAL_FILE
    entries = list(read_entries(journal, read_index(journal)))
    models = {path for entry in entries for path in entry.files if is_model(path)}
    return Probe(
        tuple(
            _scene_cost(directory, entry, finished[entry.scene - 1], finished[entry.scene])
            for entry in entries[1:]
        ),
        views,
        startup_s,
        peak_memory_mib(),
        (directory / COCO_FILE).stat().st_size / len(entries),
        sum((directory / path).stat().st_size for path in (INFO_FILE, *models)),
        len((INFO_FILE, JOURNAL_FILE, COCO_FILE, *models)),
    )


def _scene_cost(directory: Path, entry: JournalEntry, before: _Mark, after: _Mark) -> SceneCost:
    from ..core.dataset.layout import is_model, owner_of
    from ..farm.planning import SceneCost, size_in_tar

    sizes = {path: (directory / path).stat().st_size for path in entry.files if not is_model(path)}
    in_tars = 0
    for path, size in sizes.items():
        owner = owner_of(path)
        if owner is not None and owner.kind == "frame":
            in_tars += size_in_tar(size)
    return SceneCost(
        after.wall - before.wall,
        after.cpu - before.cpu,
        sum(sizes.values()),
        len(sizes),
        len(entry.line),
        in_tars,
    )
