"""Which kinds of material are drawn how often, and what moves what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets
from synth_addon.core.errors import AssetError, RecipeError
from synth_addon.core.material_spec import MaterialSpec, ProceduralKind, TextureSpec
from synth_addon.core.random_streams import random_stream, stream_within
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.recipe.materials import MaterialRecipe
from synth_addon.core.sampling.materials import sample_material
from synth_addon.core.sampling.procedural_materials.catalog import IMITATIONS
from synth_addon.core.sampling.scene import sample_scene

SETS = (TextureSpec(color="a/a_Color.png"), TextureSpec(color="b/b_Color.png"))
CATALOG = AssetCatalog(
    meshes={},
    textures={"*": SETS},
    hdris=(),
    paths={},
    material_photos={"*": ("x.jpg", "y.jpg")},
    folders=frozenset({"textures", "photos"}),
)
NO_FOLDERS = AssetCatalog({}, {}, (), {})
KINDS = get_args(ProceduralKind)


def recipe(**fields: Any) -> MaterialRecipe:
    return MaterialRecipe.model_validate(fields)


def drawn(
    material: MaterialRecipe, scene: int, catalog: AssetCatalog = CATALOG, *, large: bool = False
) -> MaterialSpec:
    return sample_material(material, catalog, random_stream(1, scene, "test"), large=large)


def kind_of(spec: MaterialSpec) -> str:
    if spec.procedural is not None:
        return spec.procedural.kind
    if spec.texture is None:
        return "plain"
    return "photo" if spec.texture.color.endswith(".jpg") else "texture"


EVERYTHING = {"texture": "*", "photo": "*"}


def test_weights_are_honoured() -> None:
    weights = {"plain": 1, "wood": 4, "texture": 3, "photo": 2}
    material = recipe(kinds=weights, **EVERYTHING)
    counts = Counter(kind_of(drawn(material, scene)) for scene in range(2000))
    shares = {kind: counts[kind] / 2000 for kind in weights}
    assert shares == pytest.approx({k: w / 10 for k, w in weights.items()}, abs=0.04)


def test_the_order_of_kinds_means_nothing() -> None:
    forward, backward = ({kind: i + 1.0 for i, kind in enumerate(KINDS)} for _ in range(2))
    turned = dict(reversed(backward.items()))
    for scene in range(30):
        assert drawn(recipe(kinds=forward), scene) == drawn(recipe(kinds=turned), scene)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, "plain"), ({"texture": "*"}, "texture"), ({"photo": "*"}, "photo")],
)
def test_the_kind_follows_from_what_is_named(fields: dict[str, str], expected: str) -> None:
    assert {kind_of(drawn(recipe(**fields), scene)) for scene in range(20)} == {expected}


def test_kinds_without_their_folder_are_left_out_while_others_remain() -> None:
    material = recipe(kinds={"texture": 9, "photo": 9, "brick": 1}, **EVERYTHING)
    found = {kind_of(drawn(material, scene, NO_FOLDERS)) for scene in range(30)}
    assert found == {"brick"}
    assert material.drawable({"photos"}) == {"photo": 9, "brick": 1}
    assert recipe(texture="*").drawable(frozenset()) == {"texture": 1}


def test_a_kind_moves_no_plain_value() -> None:
    """Plain draws must stay what they were before there were kinds."""
    for scene in range(10):
        plain, noisy = (drawn(recipe(kinds=k), scene) for k in ({}, {"noise": 1, "checker": 1}))
        assert noisy.model_copy(update={"procedural": None}) == plain
        textured = drawn(recipe(texture="*"), scene)
        assert textured.model_copy(update={"texture": None}) == plain


def test_a_turn_moves_no_texture() -> None:
    for scene in range(10):
        texture = drawn(recipe(texture="*"), scene).texture
        turned = drawn(recipe(texture="*", texture_rotation_deg=90), scene).texture
        assert texture is not None
        assert turned is not None
        assert turned.rotation == pytest.approx(1.5707963)
        assert turned.model_copy(update={"rotation": 0.0}) == texture


@given(st.integers(0, 10**6), st.sampled_from(KINDS), st.booleans())
def test_every_draw_can_be_built(scene: int, kind: ProceduralKind, large: bool) -> None:
    spec = drawn(recipe(kinds={kind: 1}), scene, large=large)
    assert MaterialSpec.model_validate_json(spec.model_dump_json()) == spec
    pattern = spec.procedural
    assert pattern is not None
    assert pattern.kind == kind
    assert all(0 <= part <= 1 for color in pattern.colors for part in color)
    assert 0 <= spec.roughness <= 1
    assert 0 <= pattern.variation <= 1
    assert 0 <= pattern.gap_m < 0.5 * pattern.scale_m * min(pattern.aspect, 1)
    assert 0.0001 < pattern.scale_m < 2.5
    assert spec.base_color == pattern.colors[0]


@pytest.mark.parametrize("kind", IMITATIONS)
def test_no_two_look_the_same(kind: str) -> None:
    specs = {drawn(recipe(kinds={kind: 1}), scene).model_dump_json() for scene in range(30)}
    assert len(specs) == 30


@pytest.mark.parametrize("kind", KINDS)
def test_patterns_grow_with_their_scale(kind: str) -> None:
    one, three = (drawn(recipe(kinds={kind: 1}, pattern_scale=s), 0).procedural for s in (1, 3))
    assert one is not None
    assert three is not None
    assert three.scale_m == pytest.approx(3 * one.scale_m)
    assert three.gap_m == pytest.approx(3 * one.gap_m)


def test_streams_within_streams_are_independent_and_take_nothing() -> None:
    one, other = (random_stream(1, 2, "looks") for _ in range(2))
    inner = [stream_within(one, aspect).random() for aspect in ("a", "b", "a")]
    assert inner[0] == inner[2] != inner[1]
    assert one.random() == other.random()
    other.random()
    assert stream_within(other, "a").random() == inner[0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kinds": {"texture": 1}}, "no texture is named"),
        ({"kinds": {"photo": 1}}, "no photo is named"),
        ({"kinds": {"wood": 1}, "texture": "*"}, "kinds lacks it"),
        ({"kinds": {"wood": 0}}, "greater than 0"),
        ({"kinds": {"wool": 1}}, "wool"),
    ],
)
def test_contradictions_are_refused(fields: dict[str, Any], said: str) -> None:
    data = {"version": 1, "objects": {"cube": {"shape": "cube", "material": fields}}}
    with pytest.raises(RecipeError, match=r"objects.cube.material") as caught:
        validate_recipe(data, "test")
    assert said in str(caught.value)


# From a recipe's folders to specs


def loaded(folder: Path, material: Mapping[str, Any], **assets: str) -> LoadedRecipe:
    objects = {"cube": {"shape": "cube", "material": dict(material)}}
    data = {"version": 1, "objects": objects, "assets": assets}
    return LoadedRecipe(validate_recipe(data, "test"), folder)


def write(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("content")


def test_photos_come_from_their_folder(tmp_path: Path) -> None:
    write(tmp_path, "pictures/dog.jpg", "cat.jpg")
    recipe = loaded(tmp_path, {"photo": "*.jpg"}, photos=str(tmp_path / "pictures"))
    catalog = catalog_assets(recipe)
    assert catalog.images == ("dog.jpg",)
    material = sample_scene(recipe.recipe, catalog, 0).objects[0].material
    assert material is not None
    assert material.texture is not None
    assert material.texture.color == "dog.jpg"


def test_folders_that_are_left_out_are_not_looked_for(tmp_path: Path) -> None:
    recipe = loaded(tmp_path, {"kinds": {"texture": 1, "plain": 1}, "texture": "none"})
    catalog = catalog_assets(recipe)
    assert not catalog.paths
    assert sample_scene(recipe.recipe, catalog, 0).objects[0].material is not None


@pytest.mark.parametrize(
    ("material", "said"),
    [
        ({"photo": "*.jpg"}, "objects.cube.material.photo: '*.jpg' matches no file"),
        ({"photo": "notes.txt"}, "objects.cube.material.photo: 'notes.txt' is not of a supported"),
        ({"photo": "empty.png"}, "objects.cube.material.photo: 'empty.png' is empty"),
        ({"texture": "set*"}, "objects.cube.material.texture: 'set2' has no colour map"),
        ({"texture": "bare"}, "objects.cube.material.texture: 'bare' has no colour map"),
        (
            {"texture": "set1", "displacement": "bump"},
            "objects.cube.material.displacement: the texture set of 'set1/a_Color.jpg' has no",
        ),
    ],
)
def test_unusable_files_are_named(tmp_path: Path, material: dict[str, str], said: str) -> None:
    write(tmp_path, "notes.txt", "set1/a_Color.jpg", "set2/a_Roughness.jpg")
    (tmp_path / "bare").mkdir()
    (tmp_path / "empty.png").touch()
    with pytest.raises(AssetError) as caught:
        catalog_assets(loaded(tmp_path, material))
    assert said in str(caught.value)
    assert str(caught.value).rpartition(". ")[2], "a remedy comes last"
