"""The folder of convex parts: where it is, how large, and what clearing it removes."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth_addon.core.collision.cache import (
    CACHE_VARIABLE,
    cache_folder,
    cache_size,
    can_write,
    clear_cache,
)
from synth_addon.core.errors import StorageError


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache of 13 bytes, with things in it that are not Synth's."""
    folder = tmp_path / "cache"
    (folder / "folder.npz").mkdir(parents=True)
    (folder / "0a1b.npz").write_bytes(b"ten bytes.")
    (folder / ".tmp-x1").write_bytes(b"...")
    (folder / "thesis.txt").write_text("years of work")
    (folder / "link.npz").symlink_to(folder / "thesis.txt")
    return folder


def test_the_variable_names_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own" / "convex_parts"
    monkeypatch.setenv(CACHE_VARIABLE, "")
    assert "own" not in cache_folder().parts


def test_clearing_removes_what_synth_made_and_nothing_else(cache: Path) -> None:
    assert cache_size(cache) == 13
    assert clear_cache(cache) == 13
    assert cache_size(cache) == 0
    left = {path.name for path in cache.iterdir()}
    assert left == {"folder.npz", "link.npz", "thesis.txt"}


def test_a_cache_that_is_not_there_is_empty_and_stays_so(tmp_path: Path) -> None:
    assert cache_size(tmp_path / "none") == clear_cache(tmp_path / "none") == 0
    assert can_write(tmp_path / "none" / "below")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_removed_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", denied)
    with pytest.raises(StorageError, match=r"cannot be removed \(Permission denied\)\. Close"):
        clear_cache(cache)


def test_a_file_in_the_folder_s_place_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not can_write(tmp_path / "file" / "cache")
