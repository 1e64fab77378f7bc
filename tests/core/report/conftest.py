"""A small dataset drawn by the reference renderer."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth_addon.core.dataset.reading import Dataset, open_dataset
from tests.core.export.conftest import RECIPE, generated


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset's folder; tests must not change what is in it."""
    return generated(RECIPE, tmp_path_factory.mktemp("report") / "dataset")


@pytest.fixture(scope="session")
def dataset(directory: Path) -> Dataset:
    return open_dataset(directory)
