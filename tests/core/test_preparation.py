"""Scenes that are computed ahead: by whom, in which order, and what becomes of their errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.describe import dataset_info
from synth_addon.core.errors import AssetError, RenderError
from synth_addon.core.job import Job
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.preparation import Preparation
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.scene_spec import Pose, SceneSpec, SettledScene, SettledView
from synth_addon.core.settling import Request, Settled
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.timing import PartTimes

NOTHING = AssetCatalog({}, {}, (), {})


@pytest.fixture
def recipe() -> Recipe:
    return validate_recipe(
        {
            "version": 1,
            "views_per_scene": 2,
            "categories": ["block"],
            "objects": {"block": {"shape": "cube", "count": 2, "material": {}}},
            "camera": {"width_px": 32, "height_px": 24},
        },
        "test",
    )


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


class Watched(ReferenceRenderer):
    """Notes what is done to which scene, and whether the renderer's own thread does it."""

    def __init__(self, unread: tuple[int, ...] = (), bad: Mapping[str, int] = {}) -> None:
        super().__init__(mesh_of)
        self.done: list[tuple[str, int]] = []
        self.elsewhere: set[str] = set()
        self._unread, self._bad = set(unread), bad
        self._thread = threading.current_thread()
        self._ready: set[int] = set()

    def _note(self, what: str, scene: int) -> None:
        self.done.append((what, scene))
        if threading.current_thread() is not self._thread:
            self.elsewhere.add(what)
        if self._bad.get(what) == scene:
            raise (AssetError if what == "load" else RenderError)(f"{what} of scene {scene}")

    def has_read(self, spec: SceneSpec) -> bool:
        return spec.scene not in self._unread

    def load(self, spec: SceneSpec) -> Mapping[str, TriangleMesh]:
        if spec.scene in self._unread and threading.current_thread() is self._thread:
            self._unread.remove(spec.scene)
        assert spec.scene not in self._unread, "files are read in the renderer's thread"
        self._note("load", spec.scene)
        return super().load(spec)

    def get_ready_to_settle(self, spec: SceneSpec) -> None:
        self._ready.add(spec.scene)

    def settle(self, spec: SceneSpec) -> tuple[Pose, ...]:
        self._note("settle", spec.scene)
        return super().settle(spec)

    def build(self, scene: SettledScene) -> None:
        self._note("build", scene.spec.scene)
        super().build(scene)

    def render(self, view: SettledView) -> RenderedFrame:
        self._note("render", view.frame // 2)
        frame = super().render(view)
        while self._awaits(view.frame // 2):
            time.sleep(0.05)
        return frame

    def _awaits(self, scene: int) -> bool:
        return False


class Lasting(Watched):
    """Renders until what is to be computed meanwhile has been."""

    def __init__(self, scenes: int) -> None:
        super().__init__()
        self._scenes = scenes

    def _awaits(self, scene: int) -> bool:
        return min(scene + 2, self._scenes - 1) not in self._ready


def generate(
    folder: Path, recipe: Recipe, renderer: Watched, scenes: int, **arguments: Any
) -> None:
    def turned_to(scene: int) -> None:
        renderer.done.append(("turn", scene))

    info = dataset_info(recipe, NOTHING, renderer.version)
    with DatasetStore.create_or_resume(folder, info, False, range(scenes)) as store:
        job = Job(recipe, NOTHING, renderer, store, turned_to=turned_to)
        job.run(range(scenes), **arguments)
        store.finish()


def test_the_next_scene_falls_before_a_scene_is_rendered(tmp_path: Path, recipe: Recipe) -> None:
    renderer = Lasting(6)
    generate(tmp_path / "data", recipe, renderer, 6)
    steps = [step for step in renderer.done if step[0] != "load"]
    for scene in range(3, 6):  # by then enough is under way
        assert steps.index(("settle", scene)) < steps.index(("render", scene - 1))
        assert steps.index(("build", scene - 1)) < steps.index(("settle", scene))
    assert renderer.elsewhere == {"load"}
    at = None
    for what, scene in steps:
        at = scene if what == "turn" else at
        assert at == scene, f"{what} of scene {scene} was not announced"


def test_nothing_is_prepared_where_the_next_scene_is_not_known(
    tmp_path: Path, recipe: Recipe
) -> None:
    renderer = Watched()
    generate(tmp_path / "alone", recipe, renderer, 4, coming=lambda: None)
    steps = [step for step in renderer.done if step[0] in ("turn", "settle", "build")]
    assert steps == [(what, scene) for scene in range(4) for what in ("turn", "settle", "build")]
    generate(tmp_path / "ahead", recipe, Watched(), 4)
    assert hash_dataset(tmp_path / "alone") == hash_dataset(tmp_path / "ahead")


def test_files_are_read_by_the_renderers_thread(tmp_path: Path, recipe: Recipe) -> None:
    generate(tmp_path / "data", recipe, Watched(unread=(0, 2, 3)), 5)
    generate(tmp_path / "other", recipe, Watched(), 5)
    assert hash_dataset(tmp_path / "data") == hash_dataset(tmp_path / "other")


@pytest.mark.parametrize("what", ["load", "settle", "build", "render"])
def test_scenes_before_a_bad_one_are_finished(tmp_path: Path, recipe: Recipe, what: str) -> None:
    with pytest.raises((AssetError, RenderError), match=f"{what} of scene 4"):
        generate(tmp_path / "data", recipe, Watched(bad={what: 4}), 8)
    info = dataset_info(recipe, NOTHING, Watched().version)
    with DatasetStore.create_or_resume(tmp_path / "data", info, True, range(8)) as store:
        assert [scene for scene in range(8) if scene in store] == [0, 1, 2, 3]


def steps_of(*requests: Callable[[], Any]) -> Generator[Request, Any, Settled]:
    """Yield requests, and return their answers as if they were a settled scene."""
    answers = []
    for request in requests:
        answers.append((yield Request("asked", request)))
    return answers, {}  # type: ignore[return-value]


def test_helping_early_and_finishing_give_the_same(thread: ThreadPoolExecutor) -> None:
    times = PartTimes()
    preparation = Preparation(7, steps_of(lambda: "one", lambda: "two"), thread, times)
    while not preparation.needs_help:
        pass
    preparation.help()
    assert preparation.finish() == (["one", "two"], {})
    assert times.parts["asked"].calls == 2
    assert not preparation.needs_help
    preparation.help()


def test_errors_of_an_early_help_wait_for_the_end(thread: ThreadPoolExecutor) -> None:
    def fail() -> None:
        raise RenderError("broken")

    preparation = Preparation(7, steps_of(fail), thread, PartTimes())
    while not preparation.needs_help:
        pass
    preparation.help()
    assert not preparation.needs_help
    with pytest.raises(RenderError, match="broken"):
        preparation.finish()
