"""Journals are sorted whatever their order, with a bounded number of lines in memory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.dataset.journal_lines import JournalEntry
from synth_addon.core.dataset.journal_sort import sort_journal


def _line(scene):
    name = f"images/000000/{scene:09d}.png"
    return JournalEntry(scene=scene, frames=(scene, 1), files={name: "0" * 64}).line


@settings(deadline=None)
@given(st.permutations(range(40)), st.integers(0, 30))
def test_lines_come_out_ascending(tmp_path_factory, scenes, held):
    folder = tmp_path_factory.mktemp("sort")
    path = folder / "journal.jsonl"
    path.write_bytes(b"".join(map(_line, scenes)))
    sort_journal(path, heap_bytes=held * len(_line(0)))
    assert path.read_bytes() == b"".join(map(_line, range(40)))
    assert list(folder.iterdir()) == [path]


def test_an_empty_journal_stays_empty(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.touch()
    sort_journal(path)
    assert path.read_bytes() == b""


def test_a_disk_that_refuses_leaves_the_journal(tmp_path, monkeypatch):
    from synth_addon.core.dataset import journal_sort
    from synth_addon.core.errors import StorageError

    path = tmp_path / "journal.jsonl"
    text = b"".join(map(_line, [2, 1, 0]))
    path.write_bytes(text)

    def refuse(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal_sort.os, "fsync", refuse)
    with pytest.raises(StorageError):
        sort_journal(path, heap_bytes=0)
    assert path.read_bytes() == text
    assert list(tmp_path.iterdir()) == [path]
