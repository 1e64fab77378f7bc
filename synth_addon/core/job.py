"""The job loop: scenes in, a dataset out, with annotating and writing behind the next render."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from .annotation import FrameAnnotation, annotate
from .asset_catalog import AssetCatalog
from .dataset.info import DatasetInfo
from .errors import SceneError
from .mesh import TriangleMesh
from .mesh_tree import MeshTrees
from .recipe.recipe import Recipe
from .rendered_frame import RenderedFrame
from .renderer import Renderer
from .sampling.arrangement import arrange
from .sampling.cameras import choose_views
from .sampling.furniture import furnish
from .sampling.rest_checks import fault_at_rest
from .sampling.scene import sample_scene
from .sampling.sizes import with_sizes
from .scene_spec import SettledScene, SettledView
from .silhouettes import SilhouetteCaster
from .timing import PartTimes
from .writers.frame_files import EncodedFrame, encode_frame

ARRANGEMENT_TRIES = 10
_FRAMES_IN_FLIGHT = 4
"""Rendered frames that may wait to be written; bounds memory when the disk is slow."""


@dataclass(frozen=True)
class FrameDone:
    """A frame was rendered (it is on disk only when its scene is committed)."""

    frame: int
    scene: int


Listener = Callable[[FrameDone], None]
Encode = Callable[[RenderedFrame, FrameAnnotation, SettledScene], EncodedFrame]


def settle_scene(
    recipe: Recipe,
    catalog: AssetCatalog,
    renderer: Renderer,
    scene: int,
    times: PartTimes,
    trees: MeshTrees | None = None,
) -> tuple[SettledScene, Mapping[str, TriangleMesh]]:
    """Sample, arrange and settle one scene index, and choose its cameras.

    A scene that comes to rest badly, or that no camera suits, is arranged anew.

    Args:
        trees: keeps the meshes' trees, for later scenes.

    Raises:
        SceneError: no arrangement was good within the bounded number of tries.
        AssetError: an asset cannot be used.
    """
    trees = trees or MeshTrees()
    reasons: list[str] = []
    for attempt in range(ARRANGEMENT_TRIES):
        with times.part("sample"):
            spec = sample_scene(recipe, catalog, scene, attempt)
        with times.part("load"):
            meshes = renderer.load(spec)
        trees.forget_all_but(meshes)
        try:
            with times.part("sample"):
                spec = furnish(recipe, with_sizes(spec, meshes), meshes)
                spec = arrange(recipe, spec, meshes)
        except SceneError as error:
            reasons.append(str(error))
            continue
        with times.part("physics"):
            poses = renderer.settle(spec)
        with times.part("rest"):
            fault = fault_at_rest(spec, poses, meshes, trees)
        if fault is not None:
            reasons.append(fault)
            continue
        try:
            with times.part("sample"):
                views = choose_views(recipe, spec, poses, meshes, trees)
        except SceneError as error:
            reasons.append(str(error))
            continue
        return SettledScene(spec=spec, poses=poses, views=views), meshes
    raise SceneError(
        f"scene {scene}: none of {ARRANGEMENT_TRIES} arrangements was good; the last: {reasons[-1]}"
    )


class SceneStore(Protocol):
    """Where finished scenes go: a dataset, or what passes them on to one."""

    @property
    def info(self) -> DatasetInfo: ...

    def commit_scene(
        self,
        scene: SettledScene,
        frames: Sequence[EncodedFrame],
        meshes: Mapping[str, TriangleMesh],
    ) -> None: ...


class Job:
    """Generates scenes of one recipe into one dataset.

    Args:
        listener: told of every rendered frame, in the calling thread.
        encode: takes every frame, in the writer's thread; without it, frames become files.
        make_room: called before each frame is rendered, and waits until there is room for it.

    Attributes:
        recipe, catalog: of the next scene; whoever gives the scenes may change them in between.
        times: what each part of the work took.
        bytes_written: in the files of committed frames.
        has_failed: whether a scene could not be written; `run` raises once it takes the next.
    """

    def __init__(
        self,
        recipe: Recipe,
        catalog: AssetCatalog,
        renderer: Renderer,
        store: SceneStore,
        listener: Listener = lambda done: None,
        encode: Encode | None = None,
        make_room: Callable[[], None] = lambda: None,
    ) -> None:
        self.recipe = recipe
        self.catalog = catalog
        self._encode_frame = encode or self._to_files
        self._make_room = make_room
        self._renderer = renderer
        self._store = store
        self._listener = listener
        self._trees = MeshTrees()
        self._trees_to_write = MeshTrees()  # the writer thread's: it is a scene or so behind
        self._caster = SilhouetteCaster(self._trees_to_write)
        self.times = PartTimes()
        self.bytes_written = 0
        self.has_failed = False

    def run(self, scenes: Iterable[int]) -> None:
        """Generate `scenes` in order; each appears in the dataset whole or not at all.

        Raises:
            SynthError: of any kind; scenes committed before stay, and the job can be resumed.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="synth-writer") as writer:
            commits: list[Future[None]] = []
            for scene in scenes:
                commits = _raise_failures(commits)
                commits.append(self._generate(scene, writer))
            for commit in commits:
                commit.result()

    def _generate(self, scene: int, writer: ThreadPoolExecutor) -> Future[None]:
        settled, meshes = settle_scene(
            self.recipe, self.catalog, self._renderer, scene, self.times, self._trees
        )
        trees = self._trees.copy()
        with self.times.part("build"):
            self._renderer.build(settled)
        encoded: list[Future[EncodedFrame]] = []
        for view in settled.views:
            self._make_room()
            with self.times.part("render"):
                frame = self._renderer.render(view)
            if len(encoded) >= _FRAMES_IN_FLIGHT:
                encoded[-_FRAMES_IN_FLIGHT].result()
            encoded.append(writer.submit(self._encode, settled, view, frame, meshes, trees))
            self._listener(FrameDone(view.frame, scene))
        return writer.submit(self._commit, settled, encoded, meshes)

    def _encode(
        self,
        scene: SettledScene,
        view: SettledView,
        frame: RenderedFrame,
        meshes: Mapping[str, TriangleMesh],
        trees: MeshTrees,
    ) -> EncodedFrame:
        with self.times.part("annotate"):
            self._trees_to_write.forget_all_but(meshes)
            self._trees_to_write.take(trees)
            annotation: FrameAnnotation = annotate(scene, view, frame, meshes, self._caster)
        with self.times.part("encode"):
            return self._encode_frame(frame, annotation, scene)

    def _to_files(
        self, frame: RenderedFrame, annotation: FrameAnnotation, scene: SettledScene
    ) -> EncodedFrame:
        return encode_frame(frame, annotation, scene, self._store.info)

    def _commit(
        self,
        scene: SettledScene,
        encoded: list[Future[EncodedFrame]],
        meshes: Mapping[str, TriangleMesh],
    ) -> None:
        try:
            with self.times.part("write"):
                frames = [frame.result() for frame in encoded]
                self._store.commit_scene(scene, frames, meshes)
        except BaseException:
            self.has_failed = True
            raise
        self.bytes_written += sum(len(file) for frame in frames for _, file in frame.files)


def _raise_failures(commits: list[Future[None]]) -> list[Future[None]]:
    """Return the commits still under way; raise the error of one that failed."""
    for commit in commits:
        if commit.done():
            commit.result()
    return [commit for commit in commits if not commit.done()]
