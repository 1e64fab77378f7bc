"""Merging and taking parts: what comes out is a dataset like any other, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset import merge
from synth_addon.core.dataset import merge as merge_module
from synth_addon.core.dataset.merge import merge_datasets, take_subset
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.dataset.validate import validate_dataset
from synth_addon.core.describe import dataset_info
from synth_addon.core.errors import DatasetError, OutputError, UsageError
from synth_addon.core.job import Job
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.shapes.catalog import mesh_of

NOTHING = AssetCatalog({}, {}, (), {})


def recipe(**changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "views_per_scene": 2,
        "objects": {
            "block": {"shape": "cube", "material": {}},
            "clutter": {"shape": "sphere", "role": "distractor", "material": {}},
        },
        "physics": {"enabled": False},
        "spawn": {"mode": "scatter"},
        "camera": {"width_px": 32, "height_px": 24},
        **changes,
    }


def generate(folder: Path, scenes: range, **changes: Any) -> Path:
    stated, renderer = validate_recipe(recipe(**changes), "test"), ReferenceRenderer(mesh_of)
    info = dataset_info(stated, NOTHING, renderer.version)
    with DatasetStore.create_or_resume(folder, info, True, scenes) as store:
        Job(stated, NOTHING, renderer, store).run(store.pending(scenes))
        store.finish()
    return folder


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    return [
        generate(tmp_path / "b", range(2, 5)),
        generate(tmp_path / "a", range(2)),
        generate(tmp_path / "c", range(5, 6)),
    ]


def test_parts_of_a_recipe_become_what_one_run_makes(parts: list[Path], tmp_path: Path) -> None:
    whole = generate(tmp_path / "whole", range(6))
    seen: list[int] = []
    assert merge_datasets(parts, tmp_path / "merged", listener=seen.append) == 6
    assert seen == list(range(6))
    assert hash_dataset(tmp_path / "merged") == hash_dataset(whole)
    assert list(validate_dataset(tmp_path / "merged")) == []
    linked = tmp_path / "merged/images/000000/000000000.png"
    assert linked.samefile(tmp_path / "a/images/000000/000000000.png")


def test_what_two_parts_share_is_taken_once(parts: list[Path], tmp_path: Path) -> None:
    both = generate(tmp_path / "both", range(4))
    assert merge_datasets([both, *parts], tmp_path / "merged") == 6
    whole = generate(tmp_path / "whole", range(6))
    assert hash_dataset(tmp_path / "merged") == hash_dataset(whole)


def test_other_recipes_are_numbered_anew(tmp_path: Path) -> None:
    one = generate(tmp_path / "one", range(2))
    more = {"brick": {"shape": "box", "category": "brick", "material": {}}}
    groups = {**more, "block": recipe()["objects"]["block"]}
    other = generate(tmp_path / "other", range(3), seed=9, objects=groups)
    merged = tmp_path / "merged"
    assert merge_datasets([one, other], merged) == 5
    assert list(validate_dataset(merged)) == []
    dataset = open_dataset(merged)
    assert [category.name for category in dataset.info.categories] == ["block", "brick"]
    assert dataset.frame_numbers() == list(range(10))
    for number in range(6):
        before, after = open_dataset(other).annotation(number), dataset.annotation(number + 4)
        assert (after.frame, after.scene) == (number + 4, before.scene + 2)
        assert [shown.category for shown in after.objects] == [
            shown.category for shown in before.objects
        ]
        names = {category.id: category.name for category in dataset.info.categories}
        for shown in after.objects:
            assert shown.category == names.get(shown.category_id)
        assert (dataset.image(number + 4) == open_dataset(other).image(number)).all()
    again = tmp_path / "again"
    merge_datasets([one, other], again)
    assert hash_dataset(again) == hash_dataset(merged)


def test_an_interrupted_merge_goes_on(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt = DatasetStore.adopt_scenes

    def interrupted(store: DatasetStore, scenes: Any) -> None:
        if any(adopted.scene == 3 for adopted in scenes):
            raise KeyboardInterrupt
        adopt(store, scenes)

    monkeypatch.setattr(DatasetStore, "adopt_scenes", interrupted)
    monkeypatch.setattr(merge_module, "_AT_ONCE", 2)
    with pytest.raises(KeyboardInterrupt):
        merge_datasets(parts, tmp_path / "merged")
    monkeypatch.undo()
    with pytest.raises(OutputError, match="--resume"):
        merge_datasets(parts, tmp_path / "merged")
    merge_datasets(parts, tmp_path / "merged", resume=True)
    whole = generate(tmp_path / "whole", range(6))
    assert hash_dataset(tmp_path / "merged") == hash_dataset(whole)


def test_what_does_not_fit_is_named(tmp_path: Path) -> None:
    one = generate(tmp_path / "one", range(1))
    wider = generate(tmp_path / "wider", range(1), camera={"width_px": 40, "height_px": 24})
    with pytest.raises(UsageError, match="width is 32 in"):
        merge_datasets([one, wider], tmp_path / "merged")
    groups = {**recipe()["objects"], "block": {"shape": "cube", "category": "x", "material": {}}}
    renamed = generate(tmp_path / "renamed", range(1), objects=groups)
    with pytest.raises(UsageError, match=r"objects\.block\.category"):
        merge_datasets([one, renamed], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_damaged_part_is_not_merged_silently(parts: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(parts[0], copy)
    journal = copy / "journal.jsonl"
    journal.write_text(
        journal.read_text().replace(
            '"images/000000/000000004.png":"', '"images/000000/000000004.png":"0'
        )
    )
    with pytest.raises(UsageError, match="which of them is damaged"):
        merge_datasets([parts[0], copy], tmp_path / "merged")
    (parts[1] / "images/000000/000000000.png").unlink()
    with pytest.raises(DatasetError, match="is missing"):
        merge_datasets(parts, tmp_path / "merged")


def test_places_that_are_in_use_are_refused(parts: list[Path], tmp_path: Path) -> None:
    for place in (parts[0], parts[0] / "images", tmp_path):
        with pytest.raises(OutputError, match="Choose another"):
            merge_datasets(parts, place)


def test_a_subset_keeps_numbers_and_bytes(tmp_path: Path) -> None:
    whole = generate(tmp_path / "whole", range(5))
    chosen = {1, 3}
    assert take_subset(whole, tmp_path / "part", lambda donor, scene: scene in chosen) == 2
    part = open_dataset(tmp_path / "part")
    assert part.scene_numbers() == [1, 3]
    assert list(validate_dataset(tmp_path / "part")) == []
    assert part.annotation(6) == open_dataset(whole).annotation(6)
    rest = tmp_path / "rest"
    take_subset(whole, rest, lambda donor, scene: scene not in chosen)
    merge_datasets([tmp_path / "part", rest], tmp_path / "merged")
    assert hash_dataset(tmp_path / "merged") == hash_dataset(whole)
    with pytest.raises(UsageError, match="no scene"):
        merge.take_subset(whole, tmp_path / "none", lambda donor, scene: False)
