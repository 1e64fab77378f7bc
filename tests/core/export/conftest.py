"""A dataset drawn by the reference renderer, and what exports it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset.reading import Dataset, open_dataset
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.export.job import export_dataset
from synth_addon.core.export.record import ExportRecord
from synth_addon.core.export.registry import find_format
from synth_addon.core.job import Job
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.shapes.catalog import mesh_of

SCENES, VIEWS = 6, 2
WIDTH, HEIGHT = 96, 72
AWKWARD = "箱, groß"
"""A class name with a comma and letters that are not Latin."""
RECIPE: dict[str, Any] = {
    "version": 1,
    "seed": 3,
    "scenes": SCENES,
    "views_per_scene": VIEWS,
    "categories": ["cube", AWKWARD, "never"],
    "objects": {
        "cube": {
            "shape": "cube",
            "count": {"uniform": [1, 2]},
            "material": {},
            "keypoints": {
                "corner": {"position_m": [0.05, 0.05, 0.05]},
                "opposite": {"position_m": [-0.05, -0.05, -0.05]},
            },
            "symmetries": [{"axis": [0, 0, 1], "folds": 4}],
        },
        "crate": {
            "shape": "box",
            "category": AWKWARD,
            "count": {"uniform": [0, 2]},
            "scale": 1.5,
            "material": {},
            "symmetries": [{"axis": [0, 0, 1], "folds": 0}],
        },
        "clutter": {"shape": "sphere", "role": "distractor", "count": 2, "material": {}},
        "never": {"shape": "cone", "count": 0, "material": {}},
    },
    "physics": {"enabled": False},
    "spawn": {"mode": "scatter"},
    "camera": {"width_px": WIDTH, "height_px": HEIGHT, "radius_m": {"uniform": [0.5, 1.0]}},
}

Export = Callable[..., tuple[Path, ExportRecord]]


def generated(data: dict[str, Any], folder: Path) -> Path:
    """Generate a recipe with the reference renderer."""
    recipe = validate_recipe(data, "test")
    renderer = ReferenceRenderer(mesh_of)
    nothing = AssetCatalog({}, {}, (), {})
    info = dataset_info(recipe, nothing, renderer.version)
    with DatasetStore.create_or_resume(folder, info, True, range(recipe.scenes)) as store:
        Job(recipe, nothing, renderer, store).run(range(recipe.scenes))
        store.finish()
    return folder


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset's folder; tests must not change what is in it."""
    return generated(RECIPE, tmp_path_factory.mktemp("export") / "dataset")


@pytest.fixture(scope="session")
def dataset(directory: Path) -> Dataset:
    return open_dataset(directory)


@pytest.fixture
def export(directory: Path, tmp_path: Path) -> Export:
    """Export the dataset in a format; see `export_dataset` for more arguments."""

    def run(name: str, folder: str = "out", **more: Any) -> tuple[Path, ExportRecord]:
        output = tmp_path / folder
        return output, export_dataset(directory, output, name, find_format(name), **more)

    return run
