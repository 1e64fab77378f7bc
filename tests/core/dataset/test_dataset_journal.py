"""The journal survives a cut at any byte and names what it cannot read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.dataset import journal as journal_module
from synth_addon.core.dataset.journal import Journal
from synth_addon.core.dataset.journal_index import read_entries, read_entry, read_index
from synth_addon.core.dataset.journal_lines import JournalEntry, walk_journal
from synth_addon.core.errors import DatasetError


def _entry(scene, files=1):
    names = {f"images/000000/{scene * 10 + i:09d}.png": "ab" * 32 for i in range(files)}
    return JournalEntry(scene=scene, frames=(scene * 2, 2), files=names)


def _journal(path, scenes):
    journal = Journal(path)
    for scene in scenes:
        journal.append([_entry(scene)])
    return journal


def test_entries_come_back_in_the_order_of_scenes(tmp_path):
    path = tmp_path / "j"
    journal = _journal(path, [5, 0, 3])
    assert [line.scene for line in walk_journal(path)] == [5, 0, 3]
    assert list(read_entries(path, read_index(path))) == [_entry(0), _entry(3), _entry(5)]
    journal.sort()
    assert path.read_bytes() == b"".join(_entry(scene).line for scene in (0, 3, 5))
    journal.append([_entry(4)])
    index = read_index(path)
    assert list(read_entries(path, index)) == [_entry(n) for n in (0, 3, 4, 5)]
    assert list(journal.finished) == list(index.scenes) == [0, 3, 4, 5]
    assert read_entry(path, index, index.place(4)) == _entry(4)
    assert index.place(1) is None
    assert 4 in journal and 1 not in journal


def test_cut_at_any_byte_of_the_last_line_loses_that_line_only(tmp_path):
    path = tmp_path / "j"
    _journal(path, [0, 1])
    whole = path.read_bytes()
    first = len(_entry(0).line)
    for size in range(first, len(whole)):
        path.write_bytes(whole[:size])
        assert read_index(path).is_torn == (size > first)
        journal = Journal(path)
        assert path.stat().st_size == first and 0 in journal and 1 not in journal
    journal.append([_entry(1)])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("tail", [b"\0" * 50, b"{}\n", b'{"scene": 1', b"\xff\n"])
def test_other_traces_of_a_power_cut_are_dropped(tmp_path, tail):
    path = tmp_path / "j"
    _journal(path, [0])
    path.write_bytes(_entry(0).line + tail)
    Journal(path)
    assert path.read_bytes() == _entry(0).line


@pytest.mark.parametrize("damage", [b"\n", b"{}\n", b'{"scene":-1}\n', b"\xff\xfe\n", b"[1,2]\n"])
def test_damage_before_the_last_line_is_named(tmp_path, damage):
    path = tmp_path / "j"
    path.write_bytes(_entry(0).line + damage + _entry(1).line)
    with pytest.raises(DatasetError, match=r"line 2 is damaged.*--resume"):
        Journal(path)
    assert damage in path.read_bytes()


def test_scene_twice_is_named(tmp_path):
    path = tmp_path / "j"
    path.write_bytes(_entry(7).line + _entry(1).line + _entry(7).line)
    with pytest.raises(DatasetError, match="line 3 lists scene 7 a second time"):
        read_index(path)


def test_several_entries_are_appended_at_once(tmp_path):
    path = tmp_path / "j"
    journal = Journal(path)
    journal.append([_entry(3), _entry(1)])
    assert path.read_bytes() == _entry(3).line + _entry(1).line
    assert list(journal.newest) == [_entry(3).line, _entry(1).line]


@pytest.mark.parametrize("kept_in_mind", [1, 2, 256])
def test_scenes_are_dropped(tmp_path, monkeypatch, kept_in_mind):
    monkeypatch.setattr(journal_module, "_NEWEST", kept_in_mind)
    path = tmp_path / "j"
    journal = _journal(path, [0, 2, 1])
    journal.drop([2])
    assert path.read_bytes() == _entry(0).line + _entry(1).line
    assert 2 not in journal
    journal.append([_entry(2)])
    assert list(journal.newest) == [_entry(n).line for n in (0, 1, 2)][-kept_in_mind:]
    assert list(Journal(path).finished) == [0, 1, 2]


def test_damage_between_a_line_s_ends_is_named_where_it_is_read(tmp_path):
    path = tmp_path / "j"
    _journal(path, [0, 1])
    text = path.read_bytes()
    path.write_bytes(text[:30] + b'"' + text[31:])
    with pytest.raises(DatasetError, match=r'"scene":0.*is damaged.*--resume'):
        list(read_entries(path, read_index(path)))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("j") / "j"
    path.write_bytes(data)
    try:
        assert list(read_entries(path, read_index(path))) == []
    except DatasetError as error:
        assert "line" in str(error)
