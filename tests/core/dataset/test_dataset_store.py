"""What a folder must be before it is written to, and what it is afterwards."""

import errno
import io
import json
import os
from types import SimpleNamespace

import pytest

from synth_addon.core.dataset import atomic, journal
from synth_addon.core.dataset.info import OutputOptions
from synth_addon.core.dataset.lock import DatasetLock
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.dataset.validate import validate_dataset
from synth_addon.core.errors import DatasetError, OutputError, RenderError, StorageError
from synth_addon.core.writers.frame_files import EncodedFrame, encode_frame

create_or_resume = DatasetStore.create_or_resume


def _tree(directory):
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() if path.is_file() else None
        for path in directory.rglob("*")
    }


def test_any_order_and_split_gives_the_same_dataset(fill, tmp_path):
    whole = fill(tmp_path / "whole", [0, 1, 2, 3])
    split = fill(tmp_path / "split", [3, 1])
    fill(split, [2, 0])
    assert hash_dataset(whole) == hash_dataset(split)
    assert _tree(whole) == _tree(split)
    assert validate_dataset(whole) == []


def test_scene_alone_equals_the_same_scene_of_the_whole(fill, tmp_path):
    whole, alone = _tree(fill(tmp_path / "whole", [0, 1])), _tree(fill(tmp_path / "a", [1]))
    shared = [path for path in alone if path.startswith(("images/", "frames/", "scenes/"))]
    assert shared and all(whole[path] == alone[path] for path in shared)


def test_unfinished_run_hashes_the_same_in_any_order(fill, tmp_path):
    one = fill(tmp_path / "one", [0, 1], finish=False)
    other = fill(tmp_path / "other", [1, 0], finish=False)
    assert hash_dataset(one) == hash_dataset(other)


def test_layout_and_journal_are_as_documented(fill, tmp_path):
    tree = _tree(fill(tmp_path, [731]))
    assert tree["images/000001/000001462.png"].startswith(b"\x89PNG")
    assert {path.split("/")[0] for path in tree} == {
        "coco", "coverage", "dataset.json", "depth", "frames", "images", "instances",
        "journal.jsonl", "normals", "scenes",
    }  # fmt: skip
    entry = json.loads(tree["journal.jsonl"])
    assert entry["scene"] == 731 and entry["frames"] == [1462, 2]
    assert "scenes/000000/000000731.json" in entry["files"]
    assert b"tEXt" not in tree["images/000001/000001462.png"]


def test_outputs_decide_the_files(fill, tmp_path):
    outputs = OutputOptions(depth="exr", normals="exr", coverage=False)
    tree = _tree(fill(tmp_path / "exr", [0], outputs=outputs))
    assert "depth/000000/000000000.exr" in tree and "normals/000000/000000001.exr" in tree
    tree = _tree(fill(tmp_path / "off", [0], outputs=OutputOptions(depth="off", normals="off")))
    folders = {path.split("/")[0] for path in tree}
    assert folders.isdisjoint({"depth", "normals", "coverage"}) and "instances" in folders


def test_finished_scenes_need_resume(fill, make_info, tmp_path):
    before = _tree(fill(tmp_path, [0, 1, 2]))
    with pytest.raises(OutputError, match=r"already holds scenes 1 to 2\. Add --resume"):
        create_or_resume(tmp_path, make_info(), False, range(1, 5))
    with pytest.raises(OutputError, match=r"already holds scene 0\."):
        create_or_resume(tmp_path, make_info(), False, [0, 9])
    assert _tree(tmp_path) == before
    with create_or_resume(tmp_path, make_info(), True, range(1, 5)) as store:
        assert list(store.pending(range(1, 5))) == [3, 4]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"recipe": {"camera": {"fov_deg": 40.0}, "lights": [1, 2], "seed": 7}},
            r"recipe\.camera\.fov_deg is 50\.0 there and 40\.0 now",
        ),
        (
            {"recipe": {"camera": {}, "lights": [1, 2], "seed": 7}},
            r"recipe\.camera\.fov_deg is 50\.0 there and nothing now",
        ),
        (
            {"recipe": {"camera": {"fov_deg": 50.0}, "lights": [1, 3], "seed": 7}},
            r"recipe\.lights\.1 is 2 there and 3 now",
        ),
        ({"renderer": "other"}, r'renderer is "reference 1" there and "other" now'),
        ({"synth_version": "9"}, r'synth_version is "0\.1\.0" there and "9" now'),
        ({"views_per_scene": 5}, r"views_per_scene is 2 there and 5 now"),
        ({"outputs": OutputOptions(depth_scale=0.001)}, r"outputs\.depth_scale is 0\.0002"),
    ],
)
@pytest.mark.parametrize("resume", [True, False])
def test_other_dataset_is_refused_untouched(fill, make_info, tmp_path, changed, message, resume):
    before = _tree(fill(tmp_path, [0]))
    with pytest.raises(OutputError, match=message):
        create_or_resume(tmp_path, make_info(**changed), resume, [5])
    assert _tree(tmp_path) == before


@pytest.mark.parametrize("name", ["photo.jpg", "journal.jsonl", ".git/config", "images/x.png"])
def test_foreign_files_are_refused_untouched(make_info, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    before = _tree(tmp_path)
    with pytest.raises(OutputError, match=f"no Synth dataset.*{name.split('/')[0]}"):
        create_or_resume(tmp_path, make_info(), True, [0])
    assert _tree(tmp_path) == before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"images": []}', '{"format_version": 1}', '{"format_version": 99}']
)
def test_foreign_description_is_refused_untouched(make_info, tmp_path, text):
    (tmp_path / "dataset.json").write_text(text)
    with pytest.raises(OutputError, match=r"dataset\.json.*choose another --output"):
        create_or_resume(tmp_path, make_info(), True, [0])
    assert _tree(tmp_path) == {"dataset.json": text.encode()}


def test_output_that_is_a_file_is_refused(make_info, tmp_path):
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="Choose another --output"):
            create_or_resume(path, make_info(), False, [0])


def test_second_writer_is_refused(make_info, tmp_path):
    first = create_or_resume(tmp_path, make_info(), False, [0])
    with pytest.raises(OutputError, match="another process is writing"):
        create_or_resume(tmp_path, make_info(), True, [1])
    first.close()
    assert not (tmp_path / ".lock").exists()
    lock = DatasetLock(tmp_path)
    lock.release()
    lock.release()
    create_or_resume(tmp_path, make_info(), True, [1]).close()


def test_stale_lock_of_a_killed_process_does_not_hinder(fill, make_info, tmp_path):
    (tmp_path / ".lock").write_text("")
    (tmp_path / ".tmp-dataset.json").write_text("half")
    fill(tmp_path, [0])
    assert not {".lock", ".tmp-dataset.json"} & set(os.listdir(tmp_path))


def test_leftovers_are_removed_and_the_users_files_stay(fill, make_info, tmp_path):
    fill(tmp_path, [0])
    expected = _tree(tmp_path)
    kept = {"contact_sheet.png": b"mine", "images/000000/note.txt": b"mine"}
    for path in kept:
        (tmp_path / path).write_bytes(b"mine")
    for path in ("images/000000/000000003.png", "scenes/000000/000000001.json"):
        (tmp_path / path).write_bytes(b"of a scene that was not finished")
    (tmp_path / "depth/000000/.tmp-000000003.png").write_bytes(b"half")
    create_or_resume(tmp_path, make_info(), True, [0, 1]).close()
    assert _tree(tmp_path) == expected | kept


def test_coco_never_lists_less_than_the_journal(fill, rendered, make_info, tmp_path):
    fill(tmp_path, [0])
    with create_or_resume(tmp_path, make_info(), False, [1]) as store:
        assert (tmp_path / "coco/instances.json").exists()
        store.write_scene(*rendered(1))
        assert not (tmp_path / "coco/instances.json").exists()
    assert any("did not finish" in line for line in validate_dataset(tmp_path))


def test_wrong_frames_are_refused_before_anything_is_written(rendered, make_info, tmp_path):
    info = make_info()
    scene, frames = rendered(0)
    encoded = [encode_frame(*frame, scene, info) for frame in frames]
    with create_or_resume(tmp_path, info, False, [0]) as store:
        before = _tree(tmp_path)
        for wrong in (encoded[:1], [*encoded[:1], EncodedFrame(1, ())], []):
            with pytest.raises(ValueError, match="needs all outputs of frames 0 to 1"):
                store.commit_scene(scene, wrong)
        assert _tree(tmp_path) == before
        store.commit_scene(scene, encoded)
        with pytest.raises(ValueError, match="finished already"):
            store.commit_scene(scene, encoded)


@pytest.mark.parametrize("channel", ["coverage", "albedo", "semantic"])
def test_a_channel_that_is_missing_is_named(rendered, make_info, channel):
    scene, ((frame, annotation), *_) = rendered(0)
    field = {"semantic": "background_ids"}.get(channel, channel)
    bare = SimpleNamespace(**{**vars(frame), field: None})
    info = make_info(outputs=OutputOptions(**{channel: True}))
    with pytest.raises(RenderError, match=rf"outputs\.{channel}"):
        encode_frame(bare, annotation, scene, info)


class _FullDisk:
    """Stands in for `open`: all files written through it share a number of free bytes."""

    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self, path, mode="rb", buffering=-1):
        if mode == "rb":
            return open(path, mode)
        raw = _LimitedFile(self, path, mode)
        return raw if buffering == 0 else io.BufferedWriter(raw)


class _LimitedFile(io.FileIO):
    def __init__(self, disk, path, mode):
        super().__init__(path, mode.replace("b", ""))
        self._disk = disk

    def write(self, data):
        taken = min(len(data), self._disk.free)
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._disk.free -= taken
        return super().write(bytes(data)[:taken])


@pytest.mark.parametrize("free", [0, 10, 300, 3000, 9000, 18000, 20000, 21000, 22000, 26000])
def test_full_disk_ends_cleanly_and_resumes(fill, rendered, make_info, tmp_path, monkeypatch, free):
    expected = hash_dataset(fill(tmp_path / "whole", [0, 1]))
    target = tmp_path / "target"
    disk = _FullDisk(free)
    with monkeypatch.context() as patch:
        for module in (atomic, journal):
            patch.setattr(module, "open", disk, raising=False)
        with pytest.raises(StorageError, match=r"No space left.*Free space.*--resume"):
            fill(target, [0, 1])
    if (target / "dataset.json").exists():
        assert not [path for path in _tree(target) if "/.tmp-" in path]
        frames = open_dataset(target).frame_numbers()
        assert {path for path in _tree(target) if path.endswith(".png")} == {
            path for path in _tree(tmp_path / "whole")
            if path.endswith(".png") and int(path[-13:-4]) in frames
        }  # fmt: skip
    assert hash_dataset(fill(target, [0, 1], resume=True)) == expected


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
def test_refusals_of_the_system_name_path_and_remedy(fill, tmp_path, monkeypatch, code):
    def refuse(*_):
        raise OSError(code, os.strerror(code))

    fill(tmp_path, [0])
    monkeypatch.setattr(atomic.os, "replace", refuse)
    with pytest.raises(StorageError) as caught:
        fill(tmp_path, [1])
    assert os.strerror(code) in str(caught.value) and ".png" in str(caught.value)
    assert "--" in str(caught.value) and caught.value.exit_code == 4


def test_damaged_record_is_named_when_coco_is_written(fill, make_info, tmp_path):
    fill(tmp_path, [0])
    with create_or_resume(tmp_path, make_info(), True, [0]) as store:
        (tmp_path / "frames/000000/000000001.json").write_text("{")
        with pytest.raises(DatasetError, match=r"frames.000000.000000001\.json"):
            store.finish()


@pytest.mark.parametrize("check_all", [False, True])
@pytest.mark.parametrize("damage", ["truncate", "remove", "empty"])
def test_scenes_with_damaged_files_are_made_anew(
    fill, rendered, make_info, tmp_path, damage, check_all
):
    whole = fill(tmp_path / "whole", [0, 1, 2])
    mended = fill(tmp_path / "mended", [0, 1, 2])
    victim = mended / "images/000000/000000003.png"
    if damage == "remove":
        victim.unlink()
    else:
        victim.write_bytes(victim.read_bytes()[:100] if damage == "truncate" else b"")
    with create_or_resume(mended, make_info(), True, range(3), check_all=check_all) as store:
        assert store.damaged == {1: "images/000000/000000003.png"}
        assert list(store.pending(range(3))) == [1]
        assert not (mended / "images/000000/000000002.png").exists()
        store.write_scene(*rendered(1))
        store.finish()
    assert _tree(mended) == _tree(whole)


def test_damaged_scenes_that_are_not_asked_for_stay(fill, make_info, tmp_path):
    fill(tmp_path, [0, 1])
    (tmp_path / "images/000000/000000003.png").write_bytes(b"")
    with create_or_resume(tmp_path, make_info(), True, [0]) as store:
        assert store.damaged == {}
    assert (tmp_path / "images/000000/000000002.png").exists()


def test_files_are_safe_before_their_names_and_names_before_the_journal(
    rendered, make_info, tmp_path, monkeypatch
):
    steps = []

    def inode(descriptor):
        steps.append(("fsync", os.fstat(descriptor).st_ino))

    def replace(source, target, move=os.replace):
        steps.append(("rename", os.stat(source).st_ino))
        move(source, target)

    with create_or_resume(tmp_path, make_info(), False, [0]) as store:
        monkeypatch.setattr(os, "fsync", inode)
        monkeypatch.setattr(os, "replace", replace)
        store.write_scene(*rendered(0))
    files = [path for path in tmp_path.rglob("0*.*") if path.is_file()]
    folders = {path.parent for path in files} | {tmp_path}
    for path in files:
        number = path.stat().st_ino
        assert steps.index(("fsync", number)) < steps.index(("rename", number))
    last_rename = max(index for index, (kind, _) in enumerate(steps) if kind == "rename")
    safe_names = {number for _, number in steps[last_rename:-1]}
    assert {folder.stat().st_ino for folder in folders} <= safe_names
    assert steps[-1] == ("fsync", (tmp_path / "journal.jsonl").stat().st_ino)
