"""Rooms of 3D-FRONT houses: where things stand, what they are called, and what is said of gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets, mesh_assets
from synth_addon.core.errors import AssetError, RecipeError
from synth_addon.core.front3d.categories import furniture_category, part_category
from synth_addon.core.front3d.document import read_house
from synth_addon.core.front3d.geometry import building_mesh
from synth_addon.core.furnished_room import FurnishedRoom
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import (
    FixtureSpec,
    Front3dMeshAsset,
    Front3dModelAsset,
    SceneSpec,
)
from synth_addon.core.transforms import transform_points
from tests.front3d_houses import HEIGHT, MATERIALS, house, write_data_set


def loaded(folder: Path, **parts: Any) -> LoadedRecipe:
    data = {"version": 1, "objects": {"cube": {"shape": "cube"}}, "room": {"front3d": {}}}
    return LoadedRecipe(validate_recipe({**data, **parts}, "test"), folder)


def catalog(folder: Path, **parts: Any) -> AssetCatalog:
    return catalog_assets(loaded(folder, **parts))


def rooms(found: AssetCatalog) -> dict[str, FurnishedRoom]:
    assert found.houses is not None
    return {room.kind: room for offered in found.houses.rooms.values() for room in offered}


def of(room: FurnishedRoom, category: str) -> list[FixtureSpec]:
    return [fixture for fixture in room.fixtures if fixture.category == category]


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    return write_data_set(tmp_path)


@pytest.fixture
def living(data_set: Path) -> FurnishedRoom:
    return rooms(catalog(data_set))["LivingRoom"]


def test_rooms_have_a_floor_and_furniture(data_set: Path) -> None:
    assert set(rooms(catalog(data_set))) == {"LivingRoom", "MasterBedroom"}


def test_a_room_lies_around_the_origin_with_its_floor_at_zero(
    data_set: Path, living: FurnishedRoom
) -> None:
    document = read_house("house.json", data_set / "3D-FRONT" / "house.json")
    placed = [
        transform_points(fixture.pose.matrix, building_mesh(document, fixture.asset.uid).vertices)
        for fixture in living.fixtures
        if isinstance(fixture.asset, Front3dMeshAsset)
    ]
    assert len(placed) == 6
    low = np.min([points.min(axis=0) for points in placed], axis=0)
    high = np.max([points.max(axis=0) for points in placed], axis=0)
    assert low == pytest.approx([-2, -1.5, 0])
    assert high == pytest.approx([2, 1.5, HEIGHT])
    assert living.size == pytest.approx((4, 3, HEIGHT))


def test_parts_of_other_rooms_stay_away(living: FurnishedRoom) -> None:
    uids = [f.asset.uid for f in living.fixtures if isinstance(f.asset, Front3dMeshAsset)]
    assert uids and all(uid.startswith("living") for uid in uids)


def test_furniture_stands_where_the_house_says(living: FurnishedRoom) -> None:
    (table,) = of(living, "table")
    assert table.pose.translation == pytest.approx((2.6 - 3.0, -(3.4 - 3.5), 0))
    (cabinet,) = of(living, "cabinet")
    front = cabinet.pose.matrix[:3, :3] @ (0, -1, 0)  # a model's front, +z of its file
    assert front == pytest.approx([1, 0, 0])
    assert cabinet.asset == Front3dModelAsset(
        file="3D-FUTURE-model/model-cabinet/raw_model.obj", stretch=(1.5, 1.2, 1.0)
    )


def test_what_the_house_calls_invalid_is_left_out(living: FurnishedRoom) -> None:
    assert not of(living, "stool")


def test_finishes_are_images_colours_or_grey(living: FurnishedRoom) -> None:
    wall, floor, ceiling = (of(living, name)[0].material for name in ("wall", "floor", "ceiling"))
    assert wall is not None and wall.texture is not None
    assert wall.texture.color == "3D-FRONT-texture/texture-paper/texture.png"
    assert floor is not None and floor.texture is None
    assert floor.base_color == pytest.approx((0.3050, 0.1022, 0.0212), abs=1e-3)
    assert ceiling is not None and len(set(ceiling.base_color)) == 1
    (table,) = of(living, "table")
    assert table.material is not None and table.material.texture is not None
    assert table.material.texture.color == "3D-FUTURE-model/model-table/texture.png"


def test_texture_coordinates_follow_the_finish(data_set: Path) -> None:
    document = read_house("house.json", data_set / "3D-FRONT" / "house.json")
    wall, floor = (building_mesh(document, f"living-{part}") for part in ("0", "floor"))
    assert wall.uvs is not None and floor.uvs is not None
    assert wall.uvs.max() == pytest.approx(0.5 * 4)
    assert floor.uvs.max() == pytest.approx(4)


def test_a_part_without_texture_coordinates_has_none(data_set: Path) -> None:
    meshes = house()["mesh"]
    meshes[0]["uv"] = [None, None]
    write_data_set(data_set, mesh=meshes)
    document = read_house("house.json", data_set / "3D-FRONT" / "house.json")
    assert building_mesh(document, "living-floor").uvs is None


def test_missing_files_are_counted_and_named(data_set: Path) -> None:
    found = catalog(data_set)
    models, images = found.notices
    assert models.text == (
        "room.front3d: 1 model of 4 missing, so 1 piece of furniture left out: "
        "3D-FUTURE-model/model-absent/raw_model.obj"
    )
    assert images.names == ("3D-FRONT-texture/texture-gone/texture.png",)
    assert not of(rooms(found)["MasterBedroom"], "bed")
    floor = of(rooms(found)["MasterBedroom"], "floor")[0].material
    assert floor is not None and floor.texture is None


def test_a_room_without_any_of_its_models_is_left_out_and_named(data_set: Path) -> None:
    scene = house()["scene"]
    scene["room"][1]["children"].pop()  # the bedroom's table
    found = catalog(write_data_set(data_set, scene=scene))
    assert set(rooms(found)) == {"LivingRoom"}
    assert "3D-FRONT/house.json MasterBedroom-1" in found.notices[-1].text


def test_an_entry_that_refers_to_nothing_is_counted(data_set: Path) -> None:
    scene = house()["scene"]
    scene["room"][0]["children"][-1]["ref"] = "nobody"
    found = catalog(write_data_set(data_set, scene=scene))
    assert found.notices[-1].names == ("3D-FRONT/house.json LivingRoom-1 nobody",)


def test_nothing_to_show_is_an_error(data_set: Path) -> None:
    with pytest.raises(AssetError, match=r"no room with a floor and furniture.*4 models of 4"):
        catalog(data_set, room={"front3d": {"models": "elsewhere"}})


def test_only_rooms_of_the_wanted_type_are_offered(data_set: Path) -> None:
    found = catalog(data_set, room={"front3d": {"room_type": "bedroom"}})
    assert set(rooms(found)) == {"MasterBedroom"}
    with pytest.raises(AssetError, match="no garage with a floor"):
        catalog(data_set, room={"front3d": {"room_type": "garage"}})


def test_only_rooms_with_something_to_place_on_are_offered(data_set: Path) -> None:
    assert set(rooms(catalog(data_set, spawn={"on": ["cabinet"]}))) == {"LivingRoom"}
    with pytest.raises(AssetError, match=r"holds a piano\. Use some of cabinet, ceiling, floor"):
        catalog(data_set, spawn={"on": ["piano"]})


def test_without_a_ceiling_a_room_is_open(data_set: Path) -> None:
    meshes = [entry for entry in house()["mesh"] if entry["type"] != "Ceiling"]
    scene = house()["scene"]
    for room in scene["room"]:
        room["children"] = [c for c in room["children"] if not c["ref"].endswith("ceiling")]
    found = catalog(write_data_set(data_set, mesh=meshes, scene=scene))
    assert rooms(found)["LivingRoom"].size is None


def changed(part: str, index: int, **values: Any) -> dict[str, Any]:
    entries = [dict(entry) for entry in house()[part]]
    entries[index] |= values
    return {part: entries}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        (changed("mesh", 2, xyz=[0, 0, "wide"]), r"mesh\.2\.xyz\.2"),
        (changed("mesh", 1, faces=[0, 1, 9]), r"mesh\.1: faces name vertex 9 of 4"),
        (changed("mesh", 0, faces=[0, 1]), r"mesh\.0: xyz or faces does not consist of triples"),
        (changed("material", 0, UVTransform=[1, 0]), r"material\.0\.UVTransform: 2 numbers"),
        ({"scene": {}}, r"scene\.room"),
        ({"furniture": [{"uid": "1/model"}]}, r"furniture\.0\.jid"),
    ],
)
def test_a_damaged_house_is_refused_with_file_and_place(
    data_set: Path, changes: dict[str, Any], place: str
) -> None:
    write_data_set(data_set, **changes)
    with pytest.raises(AssetError, match=f"'3D-FRONT/house.json' is no sound.* at {place}"):
        catalog(data_set)


@pytest.mark.parametrize(
    ("values", "reason"),
    [({"scale": [1, 0, 1]}, "scale of 0"), ({"rot": [0, 0, 0, 0]}, "quaternion of zeros")],
)
def test_a_child_that_cannot_stand_is_refused(
    data_set: Path, values: dict[str, Any], reason: str
) -> None:
    scene = house()["scene"]
    scene["room"][0]["children"][-1] |= values
    with pytest.raises(AssetError, match=f"scene.room.0.children.9.*{reason}"):
        catalog(write_data_set(data_set, scene=scene))


def test_a_file_that_is_no_json_is_refused(data_set: Path) -> None:
    (data_set / "3D-FRONT" / "house.json").write_text('{"scene": ')
    with pytest.raises(AssetError, match=r"'3D-FRONT/house.json' is no sound.*EOF"):
        catalog(data_set)


def test_an_empty_model_is_refused(data_set: Path) -> None:
    (data_set / "3D-FUTURE-model" / "model-lamp" / "raw_model.obj").write_text("")
    with pytest.raises(AssetError, match=r"model-lamp/raw_model\.obj' is empty"):
        catalog(data_set)


def drawn(recipe: LoadedRecipe, found: AssetCatalog, scene: int, attempt: int = 0) -> SceneSpec:
    return sample_scene(recipe.recipe, found, scene, attempt)


def test_scenes_draw_every_room_and_attempts_another_one(data_set: Path) -> None:
    recipe = loaded(data_set)
    found = catalog_assets(recipe)
    sizes = {drawn(recipe, found, scene).room_size for scene in range(30)}
    assert len(sizes) == 2
    assert len({drawn(recipe, found, 0, attempt).room_size for attempt in range(30)}) == 2
    assert drawn(recipe, found, 3) == drawn(recipe, found, 3)


def test_rooms_do_not_tell_where_the_data_set_lies(tmp_path: Path) -> None:
    specs = []
    for name in ("one", "two"):
        recipe = loaded(tmp_path, assets={"front3d": str(write_data_set(tmp_path / name))})
        specs.append(sample_scene(recipe.recipe, catalog_assets(recipe), 0))
    assert specs[0] == specs[1]


def test_lamps_and_ceilings_shine_as_asked(data_set: Path) -> None:
    front3d = {"lamp_strength": 7, "ceiling_strength": 0, "room_type": "living"}
    recipe = loaded(data_set, room={"front3d": front3d})
    spec = drawn(recipe, catalog_assets(recipe), 0)
    strengths = {f.category: f.material.emission_strength for f in spec.fixtures if f.material}
    assert strengths["lamp"] == 7
    assert strengths["ceiling"] == 0
    assert strengths["table"] == 0


def test_every_mesh_of_every_room_is_read_before_the_run(data_set: Path) -> None:
    recipe = loaded(data_set)
    found = catalog_assets(recipe)
    stored = set(mesh_assets(found))
    for scene in range(10):
        assert {fixture.asset for fixture in drawn(recipe, found, scene).fixtures} <= stored
    assert "3D-FRONT/house.json" not in found.images
    assert {"3D-FRONT/house.json", "3D-FUTURE-model/model-lamp/raw_model.obj"} <= set(
        found.digests()
    )


def test_specs_survive_their_json_form(data_set: Path) -> None:
    recipe = loaded(data_set)
    spec = drawn(recipe, catalog_assets(recipe), 0)
    assert SceneSpec.model_validate_json(spec.model_dump_json()) == spec


def test_a_house_without_materials_is_grey(data_set: Path) -> None:
    found = catalog(write_data_set(data_set, material=[]))
    wall = of(rooms(found)["LivingRoom"], "wall")[0].material
    assert wall is not None and wall.texture is None


def test_null_stands_for_nothing(data_set: Path) -> None:
    plain = {**MATERIALS[0], "texture": None, "jid": None, "color": None}
    found = catalog(write_data_set(data_set, material=[plain]))
    assert len(rooms(found)) == 2


def test_two_sources_of_furniture_contradict_each_other(data_set: Path) -> None:
    room = {"front3d": {}, "furniture": {"table": {"file": "table.obj"}}}
    with pytest.raises(RecipeError, match="furniture and front3d do not go together"):
        loaded(data_set, room=room)


@pytest.mark.parametrize(
    ("names", "category"),
    [
        (("Dining Table", None), "table"),
        (("Corner/Side Table",), "table"),
        (("Sideboard / Side Cabinet / Console Table",), "cabinet"),
        (("Footstool / Sofastool / Bed End Stool / Stool",), "stool"),
        (("Lounge Chair / Cafe Chair / Office Chair",), "chair"),
        (("Chaise Longue Sofa",), "sofa"),
        (("King-size Bed",), "bed"),
        (("Nightstand",), "nightstand"),
        (("Bookcase / jewelry Armoire",), "shelf"),
        (("Desk",), "desk"),
        (("table lamp",), "lamp"),
        (("TV Stand",), "tv_stand"),
        ((None, "sofa/multi-seat-sofa"), "sofa"),
        (("300 - on top of others",), "300_on_top_of_others"),
        ((None, None), None),
    ],
)
def test_furniture_has_one_name_for_each_kind(
    names: tuple[str | None, ...], category: str | None
) -> None:
    assert furniture_category(*names) == category


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("WallInner", "wall"),
        ("CustomizedCeiling", "ceiling"),
        ("Floor", "floor"),
        ("Baseboard", "baseboard"),
        ("", None),
    ],
)
def test_parts_of_the_building_have_one_name_for_each_kind(kind: str, category: str | None) -> None:
    assert part_category(kind) == category
