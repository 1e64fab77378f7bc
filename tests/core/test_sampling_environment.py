"""Sampling the light from all around: kinds by weight, folders that may be missing, ranges."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets
from synth_addon.core.errors import AssetError, RecipeError
from synth_addon.core.light_spec import EnvironmentSpec
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import SceneSpec

NOTHING = AssetCatalog({}, {}, (), {})
fast = settings(deadline=None, max_examples=40)
seeds = given(st.integers(0, 2**63 - 1))


def loaded(folder: Path, seed: int = 0, assets: Any = None, **environment: Any) -> LoadedRecipe:
    data = {
        "version": 1,
        "seed": seed,
        "objects": {"cube": {"shape": "cube"}},
        "environment": environment,
        "assets": assets or {},
    }
    return LoadedRecipe(validate_recipe(data, "test"), folder)


def sampled(seed: int = 0, **environment: Any) -> SceneSpec:
    return sample_scene(loaded(Path(), seed, **environment).recipe, NOTHING, 0)


def drawn(seed: int = 0, **environment: Any) -> EnvironmentSpec:
    return sampled(seed, **environment).environment


def over_scenes(recipe: LoadedRecipe, scenes: int = 60) -> list[EnvironmentSpec]:
    catalog = catalog_assets(recipe)
    return [sample_scene(recipe.recipe, catalog, scene).environment for scene in range(scenes)]


def write(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(name)


def test_kinds_come_by_weight() -> None:
    kinds = Counter(drawn(seed, kind={"sky": 3, "studio": 1}).kind for seed in range(400))
    assert set(kinds) == {"sky", "studio"}
    # four standard deviations of the share are 0.09
    assert 0.66 < kinds["sky"] / 400 < 0.84


def test_a_mix_draws_each_kind_as_it_is_alone() -> None:
    mix = {"color": 1, "sky": 1, "studio": 1, "gradient": 1}
    for seed in range(20):
        mixed = drawn(seed, kind=mix)
        assert mixed == drawn(seed, kind=mixed.kind)


def test_kinds_disturb_nothing_else() -> None:
    one, other = sampled(3, kind="color"), sampled(3, kind="studio")
    rest = {"recipe_hash": "", "environment": EnvironmentSpec()}
    assert one.model_copy(update=rest) == other.model_copy(update=rest)


@fast
@seeds
def test_skies_stay_within_their_ranges(seed: int) -> None:
    ranges = {
        "sun_elevation_deg": {"uniform": [5, 30]},
        "air": {"uniform": [1, 2]},
        "dust": {"uniform": [0, 1]},
        "sun_intensity": {"uniform": [0.5, 1]},
        "sun_size_deg": {"uniform": [1, 2]},
    }
    sky = drawn(seed, kind="sky", sky=ranges).sky
    assert sky is not None
    assert 5 <= math.degrees(sky.sun_elevation) <= 30
    assert 1 <= sky.air <= 2
    assert 0 <= sky.dust <= 1
    assert 0.5 <= sky.sun_intensity <= 1
    assert 1 - 1e-9 <= math.degrees(sky.sun_size) <= 2 + 1e-9
    assert 0 <= min(sky.ground) <= max(sky.ground) <= 1.6


@fast
@seeds
def test_studios_stay_within_their_ranges(seed: int) -> None:
    ranges = {"count": {"uniform": [1, 3]}, "width_deg": 30, "strength": 4, "surround_value": 1}
    studio = drawn(seed, kind="studio", studio=ranges).studio
    assert studio is not None
    assert 1 <= len(studio.boxes) <= 3
    assert studio.surround == (1, 1, 1)
    for box in studio.boxes:
        assert 15 - 1e-9 <= math.degrees(box.elevation) <= 75 + 1e-9
        assert math.degrees(box.width) == pytest.approx(30)
        assert max(box.radiance) == pytest.approx(4)


@fast
@seeds
def test_gradients_stay_within_their_ranges(seed: int) -> None:
    ranges = {"saturation": 0, "value": 1, "tilt_deg": {"uniform": [10, 20]}}
    gradient = drawn(seed, kind="gradient", gradient=ranges).gradient
    assert gradient is not None
    assert gradient.low == gradient.high == (1, 1, 1)
    assert 10 - 1e-9 <= math.degrees(gradient.tilt) <= 20 + 1e-9


def test_hidden_environments_have_a_backdrop_and_shine_the_same() -> None:
    shown, hidden = drawn(2, kind="sky"), drawn(2, kind="sky", hide_from_camera=True)
    assert shown.backdrop is None
    assert hidden.backdrop is not None
    assert hidden.model_copy(update={"backdrop": None}) == shown


def test_the_strength_of_a_backdrop_counts() -> None:
    colors = [
        drawn(0, hide_from_camera=True, backdrop={"value": 1, "saturation": 0, "strength": s})
        for s in (1, 3)
    ]
    assert [c.backdrop.color for c in colors if c.backdrop] == [(1, 1, 1), (3, 3, 3)]


def test_rooms_with_windows_are_exposed_for_the_room() -> None:
    def strength(windows: int) -> float:
        data = {"version": 1, "objects": {"cube": {"shape": "cube"}}}
        data |= {"room": {"windows": {"count": windows}}, "environment": {"indoor_factor": 7}}
        return sample_scene(validate_recipe(data, "test"), NOTHING, 0).environment.strength

    assert (strength(0), strength(1)) == (1, 7)


def test_engines_without_a_sun_disc_get_a_lamp() -> None:
    data = {"version": 1, "objects": {"cube": {"shape": "cube"}}, "lights": {"count": 1}}
    specs = {}
    for engine in ("CYCLES", "EEVEE"):
        for kind in ("sky", "color"):
            parts = {"environment": {"kind": kind}, "render": {"engine": engine}}
            recipe = validate_recipe({**data, **parts}, "test")
            specs[engine, kind] = sample_scene(recipe, NOTHING, 0)
    counts = {key: len(spec.lights) for key, spec in specs.items() if key != ("EEVEE", "sky")}
    assert set(counts.values()) == {1}
    own, sun = specs["EEVEE", "sky"].lights
    assert (own,) == specs["CYCLES", "sky"].lights
    sky = specs["EEVEE", "sky"].environment.sky
    assert sky is not None
    assert math.asin(sun.position[2]) == pytest.approx(sky.sun_elevation)
    assert sun.kind == "sun"


# Folders that may be missing

MIXED: dict[str, Any] = {"kind": {"sky": 1, "hdri": 1}, "file": "*"}
PHOTOS: dict[str, Any] = {
    "hide_from_camera": True,
    "backdrop": {"kind": {"color": 1, "photo": 1}, "file": "*"},
}


def test_images_step_back_while_their_folder_is_not_set(tmp_path: Path) -> None:
    assert {e.kind for e in over_scenes(loaded(tmp_path, **MIXED))} == {"sky"}
    backdrops = [e.backdrop for e in over_scenes(loaded(tmp_path, **PHOTOS))]
    assert {b.file for b in backdrops if b} == {None}


def test_images_are_drawn_once_their_folder_is_set(tmp_path: Path) -> None:
    write(tmp_path, "a.hdr", "b.exr", "readme.txt")
    found = over_scenes(loaded(tmp_path / "x", assets={"hdri": str(tmp_path)}, **MIXED))
    assert {e.file for e in found if e.kind == "hdri"} == {"a.hdr", "b.exr"}
    assert any(e.kind == "sky" and e.file is None for e in found)


def test_photos_are_drawn_once_their_folder_is_set(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b.png", "c.hdr")
    found = over_scenes(loaded(tmp_path / "x", assets={"photos": str(tmp_path)}, **PHOTOS))
    assert {e.backdrop.file for e in found if e.backdrop} == {None, "a.jpg", "b.png"}


def test_an_only_kind_falls_back_to_the_recipes_own_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.hdr", "b.jpg")
    own = loaded(
        tmp_path,
        kind="hdri",
        file="*.hdr",
        hide_from_camera=True,
        backdrop={"kind": "photo", "file": "*.jpg"},
    )
    assert catalog_assets(own).images == ("a.hdr", "b.jpg")
    assert {(e.kind, e.file, e.backdrop and e.backdrop.file) for e in over_scenes(own, 5)} == {
        ("hdri", "a.hdr", "b.jpg")
    }


def test_a_hidden_backdrop_needs_no_photos(tmp_path: Path) -> None:
    recipe = loaded(tmp_path, backdrop={"kind": "photo", "file": "missing.jpg"})
    assert catalog_assets(recipe).images == ()


@pytest.mark.parametrize(
    ("environment", "folder", "message"),
    [
        (MIXED, "hdri", "environment.file: '*' matches no file in"),
        (PHOTOS, "photos", "environment.backdrop.file: '*' matches no file in"),
    ],
)
def test_an_empty_folder_is_refused(
    tmp_path: Path, environment: dict[str, Any], folder: str, message: str
) -> None:
    with pytest.raises(AssetError, match="matches no file in") as caught:
        catalog_assets(loaded(tmp_path, assets={folder: str(tmp_path)}, **environment))
    assert message in str(caught.value)


def test_empty_files_and_other_types_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.hdr").touch()
    with pytest.raises(AssetError, match=r"'a.hdr' is empty"):
        catalog_assets(loaded(tmp_path, kind="hdri", file="a.hdr"))
    write(tmp_path, "sky.txt")
    with pytest.raises(AssetError, match=r"'sky.txt' is not of a supported type"):
        catalog_assets(loaded(tmp_path, kind="hdri", file="sky.*"))
    with pytest.raises(AssetError, match=r"assets.photos: no such folder"):
        catalog_assets(loaded(tmp_path, assets={"photos": "nowhere"}, **PHOTOS))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "night"}, "environment.kind: unknown kind 'night'"),
        ({"kind": {"sky": 1, "hdri": 1}}, "environment: an hdri environment needs a file"),
        ({"kind": {"sky": 1}, "file": "*.hdr"}, "environment: file is not used by kind sky"),
        ({"backdrop": {"kind": "photo"}}, "environment.backdrop: a photo backdrop needs a file"),
        ({"backdrop": {"file": "a.jpg"}}, "environment.backdrop: file is not used"),
        ({"sky": {"sun_elevation_deg": -1}}, "environment.sky.sun_elevation_deg: values reach"),
        ({"studio": {"count": 0}}, "environment.studio.count: values reach from 0"),
        ({"gradient": {"value": 2}}, "environment.gradient.value: values reach from 2"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        sampled(0, **change)
    assert message in str(caught.value)
