"""One instance of a stream: `synth work --channels`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .console import Console
from .open_file import open_file_of

if TYPE_CHECKING:
    from ..broker.frame_publisher import FramePublisher
    from ..core.annotation import FrameAnnotation
    from ..core.asset_catalog import AssetCatalog
    from ..core.dataset.info import DatasetInfo
    from ..core.job import Job, SceneStore
    from ..core.mesh import TriangleMesh
    from ..core.recipe.loading import LoadedRecipe
    from ..core.recipe.recipe import Recipe
    from ..core.rendered_frame import RenderedFrame
    from ..core.renderer import Renderer
    from ..core.scene_spec import SettledScene
    from ..core.writers.frame_files import EncodedFrame
    from ..farm.orders import Orders
    from ..farm.protocol import Message


def add_stream_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what makes a worker an instance of a stream."""
    parser.add_argument(
        "--channels",
        type=lambda text: tuple(text.split(",")),
        metavar="NAMES",
        help="put these arrays of each frame into a stream's slots, such as image,depth",
    )


def stream_frames(
    options: argparse.Namespace,
    console: Console,
    loaded: LoadedRecipe,
    ready: tuple[Recipe, AssetCatalog, Renderer],
    orders: Orders,
    hello: Callable[..., None],
    keep: Callable[[DatasetInfo], SceneStore] | None,
) -> None:
    """Make the frames of ordered scenes until there are to be no more.

    Args:
        hello: tells what this worker is.
        keep: opens the dataset that scenes go into, where they do.
    """
    from ..broker.frame_publisher import FramePublisher, Stopped, layout_of
    from ..core.describe import dataset_info
    from ..core.job import Job
    from ..farm.parent import end_with_parent

    end_with_parent()
    recipe, catalog, renderer = ready
    publisher = FramePublisher(layout_of(recipe, options.channels), console.event)
    changes = _Changes(loaded)

    def other(order: Message) -> None:
        publisher.take(order)
        changes.take(order)

    orders.other = other
    info = dataset_info(recipe, catalog, renderer.version)
    hello(info, layout=publisher.layout.to_json())
    sink = _Sink(publisher, changes, info, console, keep(info) if keep is not None else None)
    job = Job(recipe, catalog, renderer, sink, encode=sink.encode, make_room=publisher.make_room)
    with suppress(Stopped):
        scenes = orders.scenes(lambda: job.has_failed)
        job.run(changes.applied(scenes, job, renderer, console), coming=_nothing_yet)


def _nothing_yet() -> None:
    """Prepare no scene while an earlier one is rendered: the recipe may change until it begins."""


class _Changes:
    """The recipe as it is now, and the version that each scene was begun with."""

    def __init__(self, loaded: LoadedRecipe) -> None:
        self._loaded = loaded
        self._next: Message | None = None
        self._version = 0
        self.versions: dict[int, int] = {}

    def take(self, order: Message) -> None:
        """Note a changed recipe, for scenes that begin from now on."""
        if "update" in order:
            self._next = order["update"]

    def applied(
        self, scenes: Iterator[int], job: Job, renderer: Renderer, console: Console
    ) -> Iterator[int]:
        """Yield scenes, with the newest recipe in the job."""
        for scene in scenes:
            change, self._next = self._next, None
            if change is not None:
                self._apply(change, job, renderer)
            self.versions[scene] = self._version
            console.event("begin", scene=scene)
            yield scene

    def _apply(self, change: Message, job: Job, renderer: Renderer) -> None:
        from ..core.asset_catalog import catalog_assets, mesh_assets
        from ..core.recipe.loading import validate_recipe
        from ..core.room_file import with_room_file

        recipe = validate_recipe(change["recipe"], "the update")
        loaded = replace(self._loaded, recipe=recipe)
        catalog = catalog_assets(loaded, open_file_of(recipe))
        job.catalog = with_room_file(recipe, catalog, renderer)
        job.recipe = recipe
        renderer.preload(mesh_assets(job.catalog), job.catalog.images)
        self._version = change["version"]


@dataclass
class _Sink:
    """Takes frames into the ring, and scenes into a dataset where they are kept."""

    publisher: FramePublisher
    changes: _Changes
    info: DatasetInfo
    console: Console
    store: SceneStore | None

    def encode(
        self, frame: RenderedFrame, annotation: FrameAnnotation, scene: SettledScene
    ) -> EncodedFrame:
        from ..core.writers.frame_files import EncodedFrame, encode_frame

        self.publisher.publish(frame, annotation, self.changes.versions[annotation.scene])
        if self.store is None:
            return EncodedFrame(annotation.frame, ())
        return encode_frame(frame, annotation, scene, self.info)

    def commit_scene(
        self,
        scene: SettledScene,
        frames: Sequence[EncodedFrame],
        meshes: Mapping[str, TriangleMesh],
    ) -> None:
        spec = scene.spec
        self.publisher.flush()
        del self.changes.versions[spec.scene]
        self.console.event("settled", scene=spec.scene, rejected=spec.attempt)
        if self.store is not None:
            self.store.commit_scene(scene, frames, meshes)
        else:
            self.console.event("scene", scene=spec.scene, entry="", bytes=0)
