"""Convex parts: which things have them, how they are kept, what bodies weigh."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.collision import decomposition
from synth_addon.core.collision.bodies import BodyLibrary
from synth_addon.core.collision.cache import cache_folder, read_parts, write_parts
from synth_addon.core.collision.calming import calmed
from synth_addon.core.collision.decomposition import Decomposer, decompose
from synth_addon.core.collision.parts import hollow_depth
from synth_addon.core.convex_hull import convex_hull
from synth_addon.core.errors import AssetError, StorageError
from synth_addon.core.mass_properties import mass_properties
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.scene_spec import (
    BodySpec,
    FileAsset,
    ObjectSpec,
    Pose,
    SceneSpec,
    ShapeAsset,
)
from synth_addon.core.shapes.catalog import mesh_of

fast = settings(deadline=None, max_examples=25)
FILE = FileAsset(file="thing.obj")
CUBE = mesh_of(ShapeAsset(shape="cube", parameters={"size_m": 0.1}))
PARTS = (np.eye(4, 3), np.arange(15.0).reshape(5, 3))


def corner_mesh() -> TriangleMesh:
    """Return three cubes in an L: few triangles, clearly not convex."""
    places = [np.zeros(3), np.array([0.1, 0, 0]), np.array([0, 0.1, 0])]
    faces = [CUBE.triangles + len(CUBE.vertices) * i for i in range(3)]
    return TriangleMesh(
        np.concatenate([CUBE.vertices + place for place in places]), np.concatenate(faces)
    )


class Counting(Decomposer):
    """Counts what it is asked for, and knows one answer."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.asked: list[str] = []

    def parts(self, mesh: TriangleMesh, name: str) -> tuple[np.ndarray, ...]:
        self.asked.append(name)
        return PARTS


def thing(asset: ShapeAsset | FileAsset, scale: float = 1.0, **body: float | str) -> ObjectSpec:
    return ObjectSpec(
        instance_id=1,
        group="thing",
        role="target",
        category_id=1,
        category="thing",
        asset=asset,
        scale=scale,
        pose=Pose(),
        material=None,
        body=BodySpec.model_validate(body),
    )


def parts_of_body(spec: ObjectSpec, mesh: TriangleMesh, asked: Counting) -> int:
    return len(BodyLibrary(asked).body(spec, mesh).parts)


def test_hollow_shapes_bring_their_parts_and_others_their_hull() -> None:
    asked = Counting()
    for shape, several in (("cup", True), ("bowl", True), ("torus", True), ("box", False)):
        asset = ShapeAsset(shape=shape)
        mesh = mesh_of(asset)
        assert (parts_of_body(thing(asset), mesh, asked) > 1) == several
        hull = thing(asset, collision_shape="convex_hull")
        assert parts_of_body(hull, mesh, asked) == 1
    assert asked.asked == []


def test_hollow_files_are_decomposed_and_others_are_not() -> None:
    cup, asked = mesh_of(ShapeAsset(shape="cup")), Counting()
    assert parts_of_body(thing(FILE), cup, asked) == 2
    assert parts_of_body(thing(FILE), CUBE, asked) == 1
    assert parts_of_body(thing(FILE, collision_shape="convex_hull"), cup, asked) == 1
    assert parts_of_body(thing(FILE, collision_shape="convex_parts"), CUBE, asked) == 2
    assert asked.asked == ["thing.obj", "thing.obj"]


def test_what_is_hollow_hangs_on_the_true_size() -> None:
    cup, library = mesh_of(ShapeAsset(shape="cup")), BodyLibrary(Counting())
    assert len(library.body(thing(FILE), cup).parts) == 2
    assert len(library.body(thing(FILE, 0.05), cup).parts) == 1


@pytest.mark.parametrize(
    ("shape", "least", "most"),
    [("cube", 0, 1e-9), ("sphere", 0, 1e-3), ("can", 0, 0.006), ("cup", 0.03, 0.1)],
)
def test_depth_below_the_hull(shape: str, least: float, most: float) -> None:
    assert least <= hollow_depth(mesh_of(ShapeAsset(shape=shape))) <= most + 1e-12


def test_thin_walled_trays_are_deep() -> None:
    bottom = CUBE.vertices * [2, 2, 0.1]
    wall = CUBE.vertices * [0.1, 2, 1] + [0.095, 0, 0.055]
    other = CUBE.vertices * [0.1, 2, 1] + [-0.095, 0, 0.055]
    faces = [CUBE.triangles + len(CUBE.vertices) * i for i in range(3)]
    tray = TriangleMesh(np.concatenate([bottom, wall, other]), np.concatenate(faces))
    assert hollow_depth(tray) > 0.05


def test_an_l_splits_into_convex_parts_the_same_each_time() -> None:
    mesh = corner_mesh()
    parts = decompose(mesh, "l")
    assert len(parts) >= 2
    for part in parts:
        hull = convex_hull(part)
        assert hull is not None
        assert hollow_depth(hull) == pytest.approx(0, abs=1e-6)
    assert sum(mass_properties(TriangleMesh(*_faces(p))).volume for p in parts) < 0.0033
    again = decompose(mesh, "l")
    assert [part.tobytes() for part in again] == [part.tobytes() for part in parts]


def _faces(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hull = convex_hull(part)
    assert hull is not None
    return hull.vertices, hull.triangles


def test_the_cache_gives_the_same_bits(tmp_path: Path) -> None:
    mesh, decomposer = corner_mesh(), Decomposer(tmp_path / "deep" / "cache")
    assert not decomposer.knows(mesh)
    fresh = decomposer.parts(mesh, "l")
    assert decomposer.knows(mesh)
    assert not decomposer.knows(CUBE)
    (file,) = (tmp_path / "deep" / "cache").iterdir()
    kept = read_parts(file)
    assert kept is not None
    assert [part.tobytes() for part in kept] == [part.tobytes() for part in fresh]


def test_a_kept_mesh_is_not_decomposed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(decomposition, "decompose", lambda mesh, name: PARTS)
        first = Decomposer(tmp_path).parts(corner_mesh(), "l")
    monkeypatch.setitem(sys.modules, "coacd", None)
    again = Decomposer(tmp_path).parts(corner_mesh(), "l")
    assert [part.tobytes() for part in again] == [part.tobytes() for part in first]


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY", b"\0" * 1000])
def test_a_damaged_file_is_computed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, junk: bytes
) -> None:
    monkeypatch.setattr(decomposition, "decompose", lambda mesh, name: PARTS)
    decomposer = Decomposer(tmp_path)
    first = decomposer.parts(corner_mesh(), "l")
    (file,) = tmp_path.iterdir()
    file.write_bytes(junk)
    assert not decomposer.knows(corner_mesh())
    again = decomposer.parts(corner_mesh(), "l")
    assert [part.tobytes() for part in again] == [part.tobytes() for part in first]
    assert decomposer.knows(corner_mesh())


@fast
@given(st.integers(0, 10**9))
def test_no_cut_of_a_file_is_taken_for_parts(
    tmp_path_factory: pytest.TempPathFactory, at: int
) -> None:
    file = tmp_path_factory.mktemp("cache") / "parts.npz"
    write_parts(file, PARTS)
    whole = file.read_bytes()
    file.write_bytes(whole[: at % len(whole)])
    assert read_parts(file) is None


def test_files_of_something_else_are_not_taken_for_parts(tmp_path: Path) -> None:
    file = tmp_path / "parts.npz"
    for points, ends in (
        (np.full((4, 3), np.nan), [4]),
        (np.zeros((4, 2)), [4]),
        (np.zeros((4, 3)), [2, 4]),
        (np.zeros(4), [4]),
    ):
        np.savez(file, points=points, ends=ends)
        assert read_parts(file) is None
    np.savez(file, other=np.zeros(3))
    assert read_parts(file) is None
    np.save(tmp_path / "parts", np.zeros(3))
    assert read_parts(tmp_path / "parts.npy") is None


def test_many_may_write_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "parts.npz"
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(write_parts, file, PARTS) for _ in range(40)]:
            future.result()
    found = read_parts(file)
    assert found is not None
    assert [part.tolist() for part in found] == [part.tolist() for part in PARTS]
    assert [path.name for path in tmp_path.iterdir()] == ["parts.npz"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="SYNTH_CACHE_DIR"):
        write_parts(tmp_path / "file" / "parts.npz", PARTS)


def test_other_parameters_are_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposition, "decompose", lambda mesh, name: PARTS)
    decomposer = Decomposer(tmp_path)
    decomposer.parts(corner_mesh(), "l")
    changed = {**decomposition.PARAMETERS, "threshold": 0.1}
    monkeypatch.setattr(decomposition, "PARAMETERS", changed)
    assert not decomposer.knows(corner_mesh())


def test_without_coacd_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "coacd", None)
    with pytest.raises(AssetError, match=r"'mug\.obj'.*pip install coacd.*convex_hull"):
        Decomposer(tmp_path).parts(corner_mesh(), "mug.obj")


def test_the_cache_lies_where_the_platform_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    places = {
        "linux": tmp_path / "xdg",
        "darwin": tmp_path / "Library" / "Caches",
        "win32": tmp_path / "local",
    }
    for platform, place in places.items():
        monkeypatch.setattr(sys, "platform", platform)
        assert cache_folder() == place / "synth" / "convex_parts"
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == tmp_path / ".cache" / "synth" / "convex_parts"


def test_density_gives_the_mass() -> None:
    library = BodyLibrary(Counting())
    cube = ShapeAsset(shape="cube", parameters={"size_m": 0.1})
    assert library.body(thing(cube, density_kg_m3=500.0), CUBE).mass_kg == pytest.approx(0.5)
    assert library.body(thing(cube, 2.0, density_kg_m3=500.0), CUBE).mass_kg == pytest.approx(4.0)
    assert library.body(thing(cube, mass_kg=0.7), CUBE).mass_kg == 0.7
    lidless = TriangleMesh(CUBE.vertices, CUBE.triangles[:-2])
    assert not lidless.is_closed
    other = library.body(thing(FILE, density_kg_m3=500.0), lidless)
    assert other.mass_kg == pytest.approx(0.5)


def test_the_middle_of_mass_is_where_the_volume_is() -> None:
    cone = mesh_of(ShapeAsset(shape="cone", parameters={"radius_m": 0.05, "height_m": 0.2}))
    found = mass_properties(cone)
    assert found.centroid == pytest.approx([0, 0, -0.05], abs=1e-6)
    assert found.volume == pytest.approx(np.pi * 0.05**2 * 0.2 / 3, rel=0.01)
    flat = TriangleMesh(np.eye(3), np.array([[0, 1, 2]], np.int32))
    assert mass_properties(flat).volume == 0
    assert mass_properties(flat).centroid == pytest.approx([0.5, 0.5, 0.5])


@fast
@given(st.integers(4, 60), st.integers(0, 10**6))
def test_a_hull_is_closed_and_holds_all_points(count: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    hull = convex_hull(points)
    assert hull is not None
    assert hull.is_closed
    a, b, c = hull.vertices[hull.triangles].transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    heights = points @ normals.T - np.einsum("ij,ij->i", a, normals)
    assert heights.max() < 1e-6


def test_flat_clouds_have_no_hull() -> None:
    rng = np.random.default_rng(1)
    assert convex_hull(rng.normal(size=(30, 3)) * [1, 1, 0]) is None
    assert convex_hull(np.ones((9, 3))) is None
    assert convex_hull(np.arange(30.0)[:, None] * [1.0, 2.0, 3.0]) is None
    assert convex_hull(np.zeros((0, 3))) is None


def test_calming_moves_and_damps_and_changes_nothing_else(settled: SceneSpec) -> None:
    place = Pose(translation=(1, 2, 3))
    calm = calmed(settled, [place])
    (item,), (old,) = calm.objects, settled.objects
    assert item.pose == place
    assert item.body.linear_damping > old.body.linear_damping
    assert item.body.angular_damping > old.body.angular_damping
    assert item.model_copy(update={"pose": old.pose, "body": old.body}) == old
    assert calm.model_copy(update={"objects": settled.objects}) == settled


@pytest.fixture
def settled() -> SceneSpec:
    from synth_addon.core.asset_catalog import AssetCatalog
    from synth_addon.core.recipe.loading import validate_recipe
    from synth_addon.core.sampling.scene import sample_scene

    recipe = validate_recipe({"version": 1, "objects": {"box": {"shape": "box"}}}, "test")
    return sample_scene(recipe, AssetCatalog({}, {}, (), {}), 0)
