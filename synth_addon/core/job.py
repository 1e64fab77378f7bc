"""The job loop: scenes in, a dataset out.

While a scene is rendered, later ones are computed and earlier ones annotated and written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Protocol

from .annotation import FrameAnnotation, annotate
from .asset_catalog import AssetCatalog
from .dataset.info import DatasetInfo
from .mesh import TriangleMesh
from .mesh_tree import MeshTrees
from .preparation import Preparation
from .recipe.recipe import Recipe
from .rendered_frame import RenderedFrame
from .renderer import Renderer
from .scene_spec import SettledScene, SettledView
from .settling import steps_to_settle
from .silhouettes import SilhouetteCaster
from .timing import PartTimes
from .writers.frame_files import EncodedFrame, encode_frame

_FRAMES_IN_FLIGHT = 4
"""Rendered frames that may wait to be written; bounds memory when the disk is slow."""
_SCENES_AHEAD = 2
"""One that falls before the scene before it is rendered, so that its rest can be judged meanwhile,
and one that is arranged meanwhile."""


@dataclass(frozen=True)
class FrameDone:
    """A frame was rendered (it is on disk only when its scene is committed)."""

    frame: int
    scene: int


Listener = Callable[[FrameDone], None]
Encode = Callable[[RenderedFrame, FrameAnnotation, SettledScene], EncodedFrame]


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
        turned_to: told which scene the calling thread works at from now on.

    Attributes:
        recipe, catalog: of scenes that begin from now on; whoever gives them may change these.
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
        turned_to: Callable[[int], None] = lambda scene: None,
    ) -> None:
        self.recipe = recipe
        self.catalog = catalog
        self._encode_frame = encode or self._to_files
        self._make_room = make_room
        self._turned_to = turned_to
        self._renderer = renderer
        self._store = store
        self._listener = listener
        self._trees = MeshTrees()
        self._caster = SilhouetteCaster(self._trees)
        self._building = Lock()
        self.times = PartTimes()
        self.bytes_written = 0
        self.has_failed = False

    def run(self, scenes: Iterable[int], coming: Callable[[], int | None] | None = None) -> None:
        """Generate `scenes` in order; each appears in the dataset whole or not at all.

        Args:
            coming: takes the next of `scenes` if it is known already, so that it can be prepared;
                without this, `scenes` is asked.

        Raises:
            SynthError: of any kind; scenes committed before stay, and the job can be resumed.
        """
        source = iter(scenes)
        preparer = ThreadPoolExecutor(1, thread_name_prefix="synth-preparer")
        ahead = _Ahead(coming or partial(next, source, None), partial(self._prepare, preparer))
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="synth-writer") as writer:
                commits: list[Future[None]] = []
                while (preparation := ahead.take(source)) is not None:
                    commits = _raise_failures(commits)
                    commits.append(self._generate(preparation, ahead, writer))
                for commit in commits:
                    commit.result()
        finally:
            preparer.shutdown(cancel_futures=True)

    def _prepare(self, preparer: ThreadPoolExecutor, scene: int) -> Preparation:
        steps = steps_to_settle(
            self.recipe, self.catalog, self._renderer, scene, self.times, self._trees
        )
        return Preparation(scene, steps, preparer, self.times)

    def _generate(
        self, preparation: Preparation, ahead: _Ahead, writer: ThreadPoolExecutor
    ) -> Future[None]:
        self._turned_to(preparation.scene)
        settled, meshes = preparation.finish()
        with self.times.part("build"), self._building:
            self._renderer.build(settled)
        self._help(ahead.first, preparation.scene)
        ahead.fill()
        encoded: list[Future[EncodedFrame]] = []
        for view in settled.views:
            self._make_room()
            with self.times.part("render"):
                develop = self._renderer.expose(view)
            if len(encoded) >= _FRAMES_IN_FLIGHT:
                encoded[-_FRAMES_IN_FLIGHT].result()
            encoded.append(writer.submit(self._encode, settled, view, develop, meshes))
            self._listener(FrameDone(view.frame, preparation.scene))
        return writer.submit(self._commit, settled, encoded, meshes)

    def _help(self, following: Preparation | None, scene: int) -> None:
        """Do what the next scene waits for, before this one keeps the renderer busy."""
        if following is not None and following.needs_help:
            self._turned_to(following.scene)
            following.help()
            self._turned_to(scene)

    def _encode(
        self,
        scene: SettledScene,
        view: SettledView,
        develop: Callable[[], RenderedFrame],
        meshes: Mapping[str, TriangleMesh],
    ) -> EncodedFrame:
        with self._building:  # a building renderer runs Python: two threads would share its lock
            pass
        frame = develop()
        with self.times.part("annotate"):
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


class _Ahead:
    """The scenes after the one that is rendered.

    Args:
        coming: takes the next scene if it is known already.
        begin: begins to prepare a scene.
    """

    def __init__(
        self, coming: Callable[[], int | None], begin: Callable[[int], Preparation]
    ) -> None:
        self._coming, self._begin = coming, begin
        self._scenes: deque[Preparation] = deque()

    @property
    def first(self) -> Preparation | None:
        """The scene after the one that is rendered, if it is known."""
        return self._scenes[0] if self._scenes else None

    def take(self, source: Iterator[int]) -> Preparation | None:
        """Return the next scene, waiting for it where `source` does; None when there is none."""
        if self._scenes:
            return self._scenes.popleft()
        scene = next(source, None)
        return self._begin(scene) if scene is not None else None

    def fill(self) -> None:
        """Begin as many scenes as are to be under way."""
        while len(self._scenes) < _SCENES_AHEAD and (scene := self._coming()) is not None:
            self._scenes.append(self._begin(scene))


def _raise_failures(commits: list[Future[None]]) -> list[Future[None]]:
    """Return the commits still under way; raise the error of one that failed."""
    for commit in commits:
        if commit.done():
            commit.result()
    return [commit for commit in commits if not commit.done()]
