"""What a room's own file holds becomes fixtures, with the categories that its user marked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets, mesh_assets
from synth_addon.core.errors import AssetError, RecipeError
from synth_addon.core.open_file import OpenFile
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.room_content import RoomContent, RoomObject, surface_category
from synth_addon.core.room_file import with_room_file
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import LightSpec, OpenAsset, Pose, RoomAsset, SceneSpec
from synth_addon.core.shapes.catalog import mesh_of

LAMP = LightSpec(
    kind="point", position=(0, 0, 2), target=(0, 0, 1), energy=60, color=(1, 1, 1), size_m=0.1
)


def item(name: str, mark: str | bool | None = None, **values: Any) -> RoomObject:
    box: dict[str, Any] = {"low": (-1.0, -1.5, 0.0), "high": (2.0, 1.25, 2.5)}
    fields = {"in_surfaces": False, "pose": Pose(), **box, **values}
    return RoomObject(name=name, mark=mark, **fields)


@dataclass
class Reader(ReferenceRenderer):
    """A renderer that has read a room's file."""

    content: RoomContent

    def __post_init__(self) -> None:
        super().__init__(mesh_of)

    def read_room(self, file: str) -> RoomContent:
        return self.content


def loaded(folder: Path, room: dict[str, Any], **parts: Any) -> LoadedRecipe:
    (folder / "room.blend").write_text("a room")
    data = {"version": 1, "objects": {"cube": {"shape": "cube"}}, "lights": {"count": 0}, **parts}
    return LoadedRecipe(validate_recipe({**data, "room": room}, "test"), folder)


def read(
    folder: Path, *objects: RoomObject, room: dict[str, Any] | None = None, **parts: Any
) -> tuple[SceneSpec, AssetCatalog]:
    recipe = loaded(folder, {"file": "room.blend", **(room or {})}, **parts)
    renderer = Reader(RoomContent(objects, (LAMP,)))
    catalog = with_room_file(recipe.recipe, catalog_assets(recipe), renderer)
    return sample_scene(recipe.recipe, catalog, 0), catalog


@pytest.mark.parametrize(
    ("marked", "category"),
    [
        (item("Walls"), None),
        (item("Desk.001", mark="table"), "table"),
        (item("Desk.001", mark=True), "desk"),
        (item("Desk.001", mark=False), None),
        (item("Desk.001", mark=""), None),
        (item("Side Table 2", in_surfaces=True), "side table"),
        (item("Desk", mark="table", in_surfaces=True), "table"),
        (item("42", mark=True), "42"),
    ],
)
def test_marks_give_categories(marked: RoomObject, category: str | None) -> None:
    assert surface_category(marked) == category


def test_all_objects_become_fixtures(tmp_path: Path) -> None:
    pose = Pose(translation=(1.0, 0.5, 0.0))
    spec, catalog = read(tmp_path, item("Desk", mark=True, pose=pose), item("Walls"))
    assert [(fixture.name, fixture.category) for fixture in spec.fixtures] == [
        ("Desk", "desk"),
        ("Walls", None),
    ]
    assert spec.fixtures[0].pose == pose
    assert spec.fixtures[0].material is None
    assert not spec.surfaces
    assert RoomAsset(file="room.blend", object="Desk") in mesh_assets(catalog)
    assert "room.blend" in catalog.digests()
    assert "room.blend" not in catalog.images


def test_the_room_is_the_box_around_the_origin_that_fits_into_all_meshes(tmp_path: Path) -> None:
    spec, _ = read(tmp_path, item("Walls"))
    assert spec.room_size == (2.0, 2.5, 2.5)


def test_the_recipe_can_state_the_size(tmp_path: Path) -> None:
    spec, _ = read(tmp_path, item("Walls"), room={"file_size_m": [3.5, 2.5, 2.2]})
    assert spec.room_size == (3.5, 2.5, 2.2)


def test_a_room_beside_the_origin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"origin of 'room\.blend' is not inside the room"):
        read(tmp_path, item("Walls", low=(1.0, 1.0, 0.0)))


@pytest.mark.parametrize(("wanted", "lights"), [(True, (LAMP,)), (False, ())])
def test_lamps_of_the_file_shine_by_choice(
    tmp_path: Path, wanted: bool, lights: tuple[LightSpec, ...]
) -> None:
    spec, _ = read(tmp_path, item("Walls"), room={"file_lights": wanted})
    assert spec.lights == lights


def test_a_surface_that_is_not_marked_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"no surface called bed\. It marks desk, shelf: give"):
        read(tmp_path, item("Desk", True), item("Shelf", True), spawn={"on": ["bed"]})
    with pytest.raises(AssetError, match="It marks none: give objects the custom property"):
        read(tmp_path, item("Desk"), spawn={"on": ["bed"]})


def test_a_missing_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"room\.file: 'lost\.blend' matches no file"):
        catalog_assets(loaded(tmp_path, {"file": "lost.blend"}))


def test_several_rooms_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.blend").write_text("another room")
    with pytest.raises(AssetError, match=r"'\*\.blend' matches 2 files\. Name one"):
        catalog_assets(loaded(tmp_path, {"file": "*.blend"}))


@pytest.mark.parametrize(
    ("room", "reason"),
    [
        ({"file": "room.blend", "front3d": {}}, "front3d and file do not go together"),
        ({"file_lights": True}, "file_lights belongs to file"),
        ({"file": "room.blend", "file_size_m": [1, 0, 1]}, "greater than 0"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, room: dict[str, Any], reason: str) -> None:
    with pytest.raises(RecipeError, match=reason):
        loaded(tmp_path, room)


OFFICE = {"open_collection": "Office"}


def opened(*objects: RoomObject) -> OpenFile:
    return OpenFile((), {"Office": ("Desk",)}, {"Desk of the room": "5a"}, objects)


def test_a_collection_of_the_open_file_is_the_room(tmp_path: Path) -> None:
    recipe = loaded(tmp_path, OFFICE, spawn={"on": ["desk"]})
    pose = Pose(translation=(0.5, 0.0, 0.0))
    catalog = catalog_assets(recipe, opened(item("Desk", mark=True, pose=pose)))
    spec = sample_scene(recipe.recipe, catalog, 0)
    (desk,) = spec.fixtures
    assert (desk.asset, desk.category, desk.pose) == (OpenAsset(object="Desk"), "desk", pose)
    assert spec.room_size == (2.0, 2.5, 2.5)
    assert desk.asset in mesh_assets(catalog)
    assert catalog.digests() == {"open object Desk of the room": "5a"}


@pytest.mark.parametrize(
    ("open_file", "reason"),
    [
        (None, r"no \.blend file is open here"),
        (OpenFile((), {"Kitchen": ()}, {}), "no collection 'Office'. It has Kitchen"),
        (opened(), "'Office' shows no mesh object"),
        (opened(item("Desk")), "no surface called desk. It marks none"),
    ],
)
def test_an_open_collection_that_cannot_be_the_room_is_refused(
    tmp_path: Path, open_file: OpenFile | None, reason: str
) -> None:
    recipe = loaded(tmp_path, OFFICE, spawn={"on": ["desk"]})
    with pytest.raises(AssetError, match=reason):
        catalog_assets(recipe, open_file)
