"""What surrounds the scene, and lamps: seen where they should be, bright enough, and gone after."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.directions import on_sphere
from synth_addon.core.errors import AssetError
from synth_addon.core.light_spec import (
    BackdropSpec,
    EnvironmentSpec,
    GradientSpec,
    LightSpec,
    SkySpec,
    SoftBoxSpec,
    StudioSpec,
)
from synth_addon.core.scene_spec import Engine, MaterialSpec, RenderSpec, SettledScene, SurfaceSpec
from synth_addon.core.sky import sky_exposure, sun_lamp

from .scenes import FLOOR, GREY, RENDER, at, scene_of, thing, view_from

Picture = NDArray[np.uint8]
OVER_FLOOR = view_from((0, -1.2, 1.0))
BACKGROUND = view_from((0, 0, 1), (1, 0, 1))
FILES = ("photo.png",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("images")


@pytest.fixture(scope="module")
def renderer(folder: Path) -> Iterator[BlenderRenderer]:
    """Has a photo twice as wide as high: green, but its middle half is red left and blue right."""
    photo = np.zeros((60, 120, 3), np.uint8)
    photo[:, :, 1] = 255
    photo[:, 30:60] = (255, 0, 0)
    photo[:, 60:90] = (0, 0, 255)
    Image.fromarray(photo).save(folder / FILES[0])
    renderer = BlenderRenderer({name: folder / name for name in FILES})
    yield renderer
    renderer.close()


def studio(azimuth: float = 0.5, elevation: float = 0.3) -> EnvironmentSpec:
    box = SoftBoxSpec(
        elevation=elevation,
        azimuth=azimuth,
        width=0.5,
        height=0.5,
        radiance=(9, 9, 9),
        softness=0.2,
    )
    return EnvironmentSpec(
        kind="studio", studio=StudioSpec(surround=(0.05, 0.05, 0.05), boxes=(box,))
    )


def sky(elevation_deg: float, *, sun: float = 1.0) -> EnvironmentSpec:
    elevation = math.radians(elevation_deg)
    spec = SkySpec(
        sun_elevation=elevation,
        sun_size=0.0095,
        sun_intensity=sun,
        air=1.0,
        dust=1.0,
        exposure=sky_exposure(elevation).factor,
        ground=(0.1, 0.1, 0.1),
    )
    return EnvironmentSpec(kind="sky", sky=spec)


GRADIENT = EnvironmentSpec(
    kind="gradient", gradient=GradientSpec(low=(0.1, 0.1, 0.5), high=(0.8, 0.8, 0.5), tilt=0.3)
)
KINDS = {
    "color": EnvironmentSpec(color=(0.4, 0.4, 0.4)),
    "sky": sky(40),
    "studio": studio(),
    "gradient": GRADIENT,
    "hidden": studio().model_copy(update={"backdrop": BackdropSpec(color=(0, 0.5, 0))}),
    "photo": sky(20).model_copy(
        update={"backdrop": BackdropSpec(color=(0, 0, 0), file=FILES[0], strength=1.0)}
    ),
}


def scene_under(environment: EnvironmentSpec, **changes: Any) -> SettledScene:
    values: dict[str, Any] = {"lights": (), "environment": environment, "render": sampled(8)}
    ball = thing(1, "sphere", at(0, 0, 0.15), radius_m=0.15)
    scene = scene_of([ball], [OVER_FLOOR], **(values | changes))
    return scene.model_copy(update={"views": (OVER_FLOOR,)})


def sampled(samples: int, **changes: Any) -> RenderSpec:
    return RENDER.model_copy(update={"samples": samples, **changes})


def picture(renderer: BlenderRenderer, scene: SettledScene, view: Any = OVER_FLOOR) -> Picture:
    renderer.load(scene.spec)
    renderer.build(scene)
    return renderer.render(view).rgb


def background(renderer: BlenderRenderer, environment: EnvironmentSpec, **changes: Any) -> Picture:
    scene = scene_of([], environment=environment, surfaces=(), lights=(), **changes)
    return picture(renderer, scene.model_copy(update={"views": (BACKGROUND,)}), BACKGROUND)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_lights_the_scene(renderer: BlenderRenderer, kind: str) -> None:
    render = sampled(8, view_transform="AgX")
    image = picture(renderer, scene_under(KINDS[kind], render=render))
    floor = image[90:, :, :].mean()
    assert 40 < floor < 230


@pytest.mark.parametrize("azimuth", [0.0, math.pi / 2, 3.0])
def test_soft_boxes_stand_where_they_are_said_to_be(
    renderer: BlenderRenderer, azimuth: float
) -> None:
    x, y, z = on_sphere(1, 0.3, azimuth)
    view = view_from((0, 0, 1), (x, y, 1 + z))
    scene = scene_of([], environment=studio(azimuth), surfaces=(), lights=())
    image = picture(renderer, scene, view)
    assert image[55:65, 75:85].min() == 255
    assert image[:5, :].max() < 80
    assert image[:, :5].max() < 80


def test_gradients_are_bright_above(renderer: BlenderRenderer) -> None:
    upright = GRADIENT.model_copy(
        update={"gradient": GradientSpec(low=(0, 0, 0), high=(1, 1, 1), tilt=0)}
    )
    image = background(renderer, upright)
    assert image[5].mean() > image[-5].mean() + 60
    assert image[60].std() < 2


@pytest.mark.parametrize("elevation", [0, 2, 5, 10, 20, 45, 90])
def test_skies_are_exposed_plausibly(renderer: BlenderRenderer, elevation: float) -> None:
    """The floor is 0.2, a little above mid grey; the picture is judged as AgX shows it."""
    floor = FLOOR.model_copy(update={"material": MaterialSpec(base_color=(0.2, 0.2, 0.2))})
    scene = scene_under(sky(elevation), surfaces=(floor,), render=sampled(16, view_transform="AgX"))
    image = picture(renderer, scene)
    assert 35 < image[90:].mean() < 190
    assert (image.min(axis=-1) >= 253).mean() < 0.01
    assert (image.max(axis=-1) <= 4).mean() < 0.01


def test_the_sun_can_be_switched_off(renderer: BlenderRenderer) -> None:
    lit, shade = (picture(renderer, scene_under(sky(40, sun=s))) for s in (1.0, 0.0))
    assert shade[90:].mean() < 0.6 * lit[90:].mean()


@pytest.mark.parametrize("rotation", [0.0, 2.0])
def test_a_sun_lamp_stands_in_for_the_disc(renderer: BlenderRenderer, rotation: float) -> None:
    """The same ball and floor, by Cycles under the sky and by Cycles under sky and lamp."""
    disc, shade = (sky(30, sun=s).model_copy(update={"rotation": rotation}) for s in (1.0, 0.0))
    assert disc.sky is not None
    lamp = sun_lamp(disc.sky, disc.strength, rotation)
    render = sampled(32, view_transform="AgX")
    images = [
        picture(renderer, scene_under(environment, lights=lamps, render=render)).astype(float)
        for environment, lamps in ((disc, ()), (shade, (lamp,)))
    ]
    assert abs(images[0] - images[1]).mean() < 4


@pytest.mark.parametrize("engine", ["CYCLES", "EEVEE"])
def test_a_backdrop_hides_the_environment_but_not_its_light(
    renderer: BlenderRenderer, engine: Engine
) -> None:
    shown = KINDS["color"]
    hidden = shown.model_copy(update={"backdrop": BackdropSpec(color=(0.0, 1.0, 0.0))})
    render = sampled(4, engine=engine)
    assert np.all(background(renderer, hidden, render=render) == (0, 255, 0))
    plain, other = (picture(renderer, scene_under(e, render=render)) for e in (shown, hidden))
    assert other[90:].mean() == pytest.approx(plain[90:].mean(), rel=0.05)


@pytest.mark.parametrize("engine", ["CYCLES", "EEVEE"])
def test_a_photo_covers_the_picture(renderer: BlenderRenderer, engine: Engine) -> None:
    """The picture is 4:3, so of the photo's width two thirds are seen, with green at both ends."""
    image = background(renderer, KINDS["photo"], render=sampled(1, engine=engine)).astype(int)
    brightest = image.argmax(axis=-1)
    assert np.all(brightest[:, :15] == 1)
    assert np.all(brightest[:, 25:75] == 0)
    assert np.all(brightest[:, 85:135] == 2)
    assert np.all(brightest[:, 145:] == 1)


def test_panels_light_a_closed_room(renderer: BlenderRenderer) -> None:
    def slab(name: str, z: float, emission: float) -> SurfaceSpec:
        material = GREY.model_copy(update={"emission_strength": emission})
        return SurfaceSpec(name=name, center=(0, 0, z), size=(1.0, 1.0, 0.02), material=material)

    dark = EnvironmentSpec(color=(0, 0, 0))
    ceiling = slab("panel_0", 2.0, 0.0), slab("panel_0", 2.0, 10.0)
    without, with_panel = (
        picture(renderer, scene_under(dark, surfaces=(FLOOR, panel))) for panel in ceiling
    )
    assert without.max() == 0
    assert with_panel[90:].mean() > 60


def test_spots_have_their_cone_and_blend(renderer: BlenderRenderer) -> None:
    lamp = LightSpec(
        kind="spot",
        position=(0, 0, 2),
        target=(0, 0, 0),
        energy=300,
        color=(1, 1, 1),
        size_m=0.0,
        angle=math.radians(20),
        blend=0.0,
    )
    from_above = view_from((0, 0, 3), (0, 0.001, 0))
    dark = EnvironmentSpec(color=(0, 0, 0))
    lit: list[int] = []
    edges: list[int] = []
    for spot in (lamp, lamp.model_copy(update={"blend": 1.0})):
        scene = scene_of([], lights=(spot,), environment=dark, render=sampled(16))
        row = picture(renderer, scene, from_above)[60, :, 0]
        lit.append(int((row > 0).sum()))
        edges.append(int(((row > 0) & (row < row.max())).sum()))
    # 2 m below, the cone is 0.705 m wide: 35 pixels of a picture 3.2 m wide
    assert 33 <= lit[0] <= 37
    assert edges[1] > edges[0] + 10


def test_generated_images_are_the_same_every_time(renderer: BlenderRenderer) -> None:
    first = picture(renderer, scene_under(studio()))
    picture(renderer, scene_under(GRADIENT))
    assert np.array_equal(picture(renderer, scene_under(studio())), first)


def test_twenty_scenes_leave_nothing_behind(renderer: BlenderRenderer) -> None:
    def count() -> dict[str, int]:
        names = ("images", "node_groups", "worlds", "materials", "lights", "objects", "meshes")
        return {name: len(getattr(bpy.data, name)) for name in names}

    kinds = list(KINDS.values())
    for environment in kinds:
        renderer.build(scene_under(environment))
    renderer.builder.clear()
    before = count()
    for number in range(20):
        renderer.build(scene_under(kinds[number % len(kinds)]))
    renderer.builder.clear()
    assert count() == before


@pytest.mark.parametrize("name", ["sky.hdr", "sky.exr", "photo.jpg"])
@pytest.mark.parametrize("content", [b"no image at all", b"#?RADIANCE\n", b"\x76\x2f\x31\x01"])
def test_files_that_are_no_images_are_found_before_the_run(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    broken = BlenderRenderer({name: tmp_path / name})
    try:
        with pytest.raises(AssetError, match=name):
            broken.preload([], [name])
    finally:
        broken.close()
