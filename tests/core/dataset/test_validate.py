"""Every promise, broken once on purpose, is named with its frame and object."""

import json
import shutil

import numpy as np
import pytest

from synth_addon.core.annotation import decode_mask, encode_mask
from synth_addon.core.dataset.info import OutputOptions
from synth_addon.core.dataset.validate import validate_dataset
from synth_addon.core.writers import images


@pytest.fixture(scope="module")
def sound(tmp_path_factory, rendered, make_info):
    from synth_addon.core.dataset.store import DatasetStore

    directory = tmp_path_factory.mktemp("sound") / "dataset"
    with DatasetStore.create_or_resume(directory, make_info(), False, range(3)) as store:
        for scene in range(3):
            store.write_scene(*rendered(scene))
        store.finish()
    return directory


@pytest.fixture
def copy(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "copy")


def _finds(directory, *fragments):
    problems = validate_dataset(directory)
    found = [line for line in problems if all(fragment in line for fragment in fragments)]
    assert found, f"{fragments} not in {problems}"


FRAME = "frames/000000/000000002.json"
SCENE = "scenes/000000/000000001.json"


def _shown(record):
    """Return object 2 of a frame's record."""
    return record["objects"][1]


def _set(key, value):
    return lambda record: _shown(record).update({key: value})


def _grow_visible_mask(record):
    rle = _shown(record)["visible_mask"]
    mask = np.zeros(rle["size"], bool)
    mask[0, 0] = True
    _shown(record)["visible_mask"] = encode_mask(mask | _mask(rle)).model_dump(mode="json")


def _mask(rle):
    from synth_addon.core.annotation import Rle

    return decode_mask(Rle(size=tuple(rle["size"]), counts=rle["counts"]))


def _share_pixels(record):
    first = record["objects"][0]
    both = _mask(first["visible_mask"]) | _mask(_shown(record)["visible_mask"])
    _shown(record)["visible_mask"] = encode_mask(both).model_dump(mode="json")


def _move_corner(record):
    _shown(record)["box_3d"]["corners_px"][3][0] += 0.01


def _shift(key):
    def change(record):
        _shown(record)[key][0][3] += 1e-4

    return change


def _flip(record):
    for key in ("world_from_object", "camera_from_object"):
        for row in _shown(record)[key][:3]:
            row[0] = -row[0]


def _empty_amodal(record):
    mask = np.zeros((32, 48), bool)
    mask[0, :5] = True
    _shown(record).update(
        amodal_mask=encode_mask(mask).model_dump(mode="json"), amodal_pixels=5,
        amodal_box=[0.0, 0.0, 5.0, 1.0],
    )  # fmt: skip


RECORDS = {
    "area": (_set("visible_pixels", 7), "object 2", "visible_pixels 7"),
    "box": (_set("visible_box", [0, 0, 3, 3]), "object 2", "visible_box [0, 0, 3, 3]"),
    "no mask": (_set("visible_mask", None), "object 2", "without a visible_mask"),
    "hidden": (
        lambda r: _shown(r).update(visible_mask=None, visible_pixels=0, visible_box=None),
        "object 2", "the instance map shows it",
    ),
    "mask and map": (_grow_visible_mask, "object 2", "instance map in 1 pixels"),
    "mask size": (
        lambda r: _shown(r)["visible_mask"].update(size=[8, 8]),
        "object 2", "visible_mask is damaged",
    ),
    "mask runs": (
        lambda r: _shown(r)["visible_mask"].update(counts="oo"),
        "object 2", "visible_mask is damaged",
    ),
    "mask total": (
        lambda r: _shown(r)["visible_mask"].update(counts="000"),
        "object 2", "visible_mask is damaged",
    ),
    "mask text": (
        lambda r: _shown(r)["amodal_mask"].update(counts="\N{SNOWMAN}"),
        "object 2", "amodal_mask is damaged",
    ),
    "disjoint": (_share_pixels, "object 1", "with object 2"),
    "amodal area": (_set("amodal_pixels", 1), "object 2", "amodal_pixels 1"),
    "amodal box": (_set("amodal_box", [0, 0, 3, 3]), "object 2", "amodal_box [0, 0, 3, 3]"),
    "inside amodal": (_empty_amodal, "object 2", "outside amodal_mask"),
    "silhouette": (_set("silhouette_pixels", 1.0), "object 2", "silhouette_pixels 1.0"),
    "visible fraction": (_set("visible_fraction", 0.5), "object 2", "visible_fraction is 0.5"),
    "truncation": (_set("truncation_fraction", 0.5), "object 2", "truncation_fraction is 0.5"),
    "pose": (_shift("camera_from_object"), "object 2", "inverse(world_from_camera)"),
    "scene pose": (_shift("world_from_object"), "object 2", "its scene's pose"),
    "mirrored": (_flip, "object 2", "camera_from_object is no rigid transform"),
    "corners": (_move_corner, "object 2", "corners_px 3"),
    "corner lost": (
        lambda r: _shown(r)["box_3d"]["corners_px"].__setitem__(0, None),
        "object 2", "must be null exactly behind",
    ),
    "corner count": (
        lambda r: _shown(r)["box_3d"]["corners_px"].pop(), "object 2", "7 projections",
    ),
    "corner place": (
        lambda r: _shown(r)["box_3d"]["size"].__setitem__(0, 9.0),
        "object 2", "corners_camera",
    ),
    "category": (_set("category_id", 9), "object 2", "category_id 9"),
    "category name": (_set("category", "spoon"), "object 2", "'spoon'"),
    "distractor": (
        lambda r: r["objects"][2].update(category_id=1), "object 3", "a distractor has",
    ),
    "id range": (_set("instance_id", 70000), "object 70000", "outside 1 to 65535"),
    "id lost": (_set("instance_id", 9), "object 2", "in the instance map but not in the record"),
    "id twice": (_set("instance_id", 1), "object 1", "more than once"),
    "object lost": (lambda r: r["objects"].pop(2), "object 3", "in the scene but not"),
    "frame number": (lambda r: r.update(frame=5), "frame is 5, not 2"),
    "scene number": (lambda r: r.update(scene=5), "scene is 5, not 1"),
    "view number": (lambda r: r.update(view=1), "view is 1, not 0"),
    "size": (lambda r: r.update(width=9), "width is 9, not 48"),
    "spec hash": (lambda r: r.update(spec_hash="0"), "spec_hash"),
    "seed": (lambda r: r.update(seed=0), "seed is 0"),
    "camera": (lambda r: r["camera_matrix"][0].__setitem__(2, 23.5), "camera_matrix"),
    "camera pose": (
        lambda r: r["world_from_camera"][0].__setitem__(3, 9.0), "world_from_camera is not",
    ),
    "not a record": (lambda r: r.pop("objects"), "objects is damaged"),
}  # fmt: skip


def test_sound_datasets_have_no_problems(copy, fill, tmp_path):
    assert validate_dataset(copy) == []
    (copy / "contact_sheet.png").write_bytes(b"the user's")
    (copy / "images/.DS_Store").unlink(missing_ok=True)
    assert validate_dataset(copy) == []
    exr = fill(tmp_path / "exr", [0], outputs=OutputOptions(depth="exr", normals="exr"))
    assert validate_dataset(exr) == []
    near = fill(tmp_path / "near", [0], outputs=OutputOptions(depth_scale=0.00001))
    assert validate_dataset(near) == []  # everything is beyond the range and may lack depth


@pytest.mark.parametrize("broken", RECORDS)
def test_broken_record_is_found(copy, edit_json, broken):
    change, *fragments = RECORDS[broken]
    edit_json(copy / FRAME, change)
    _finds(copy, "frame 2: ", *fragments)
    _finds(copy, f"frame 2: {FRAME} is not the file that the journal lists")


def _instances(change):
    def apply(directory):
        path = directory / "instances/000000/000000002.png"
        ids = images.read_instances(path).copy()
        change(ids)
        path.write_bytes(images.encode_instances(ids))

    return apply


def _put(path, data):
    return lambda directory: (directory / path).write_bytes(data)


def _no_depth(directory):
    nothing = np.full((32, 48), np.inf, np.float32)
    path = directory / "depth/000000/000000002.png"
    path.write_bytes(images.encode_depth_png(nothing, 0.0001))


def _cut(path):
    def apply(directory):
        data = (directory / path).read_bytes()
        (directory / path).write_bytes(data[: len(data) // 2])

    return apply


def _journal(change):
    def apply(directory):
        path = directory / "journal.jsonl"
        entries = [json.loads(line) for line in path.read_text().splitlines()]
        change(entries)
        path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))

    return apply


def _coco(before, after):
    def apply(directory):
        path = directory / "coco/instances.json"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after, 1))

    return apply


SMALL = images.encode_rgb(np.zeros((3, 4, 3), np.uint8))
FILES = {
    "image lost": (
        lambda d: (d / "images/000000/000000003.png").unlink(), "frame 3", "is missing",
    ),
    "image cut": (_cut("images/000000/000000003.png"), "frame 3", "cannot be read"),
    "image size": (_put("images/000000/000000003.png", SMALL), "frame 3", "4x3, not 48x32"),
    "image kind": (_put("depth/000000/000000003.png", SMALL), "frame 3", "RGB, not I;16"),
    "normals lost": (
        lambda d: (d / "normals/000000/000000003.png").unlink(), "frame 3", "is missing",
    ),
    "coverage cut": (_cut("coverage/000000/000000003.png"), "frame 3", "cannot be read"),
    "map": (_instances(lambda ids: ids.__setitem__((0, 0), 2)), "frame 2: object 2", "1 pixels"),
    "map stranger": (
        _instances(lambda ids: ids.__setitem__((0, 0), 77)), "frame 2: object 77", "not in the rec",
    ),
    "depth": (_no_depth, "frame 2: object 1", "no depth"),
    "record lost": (lambda d: (d / FRAME).unlink(), "frame 2", "cannot be read"),
    "scene lost": (lambda d: (d / SCENE).unlink(), "scene 1", "cannot be read"),
    "scene cut": (_cut(SCENE), "scene 1", "damaged"),
    "other bytes": (
        lambda d: (d / "scenes/000000/000000001.json").write_bytes((d / SCENE).read_bytes() + b" "),
        "scene 1", "is not the file that the journal lists",
    ),
    "temporary": (_put("depth/000000/.tmp-1.png", b""), "depth/000000/.tmp-1.png", "--resume"),
    "temporary above": (_put(".tmp-dataset.json", b""), ".tmp-dataset.json", "--resume"),
    "stranger": (_put("images/000000/me.txt", b""), "images/000000/me.txt", "no file of this"),
    "misplaced": (_put("images/000000/000005000.png", b""), "000005000.png", "no file of this"),
    "unfinished": (_put("images/000000/000000900.png", b""), "scene 450", "not finished"),
    "other output": (_put("depth/000000/000000001.exr", b""), "000000001.exr", "no output of this"),
    "journal torn": (_cut("journal.jsonl"), "journal.jsonl", "cut off"),
    "journal twice": (_journal(lambda e: e.append(e[0])), "line 4 lists scene 0 a second time"),
    "journal frames": (_journal(lambda e: e[1].update(frames=[0, 2])), "scene 1 lists frames"),
    "journal count": (_journal(lambda e: e[1].update(frames=[2, 1])), "scene 1 lists frames"),
    "journal incomplete": (
        _journal(lambda e: e[1]["files"].pop(FRAME)), "scene 1 does not list", FRAME,
    ),
    "journal excess": (
        _journal(lambda e: e[1]["files"].update(x="0")), "scene 1 lists x",
    ),
    "journal misses": (_journal(lambda e: e.pop(1)), "belongs to scene 1", "not finished"),
    "coco lost": (lambda d: (d / "coco/instances.json").unlink(), "coco", "did not finish"),
    "coco box": (_coco('"bbox":[', '"bbox":[1'), "frame 0: object 1: bbox differs"),
    "coco category": (
        _coco('"category_id":2', '"category_id":1'), "object 2: category_id differs",
    ),
    "coco image": (_coco('"width":48', '"width":47'), "frame 0: width differs"),
    "coco name": (_coco("plate", "plates"), "coco", "'plate': name differs"),
    "coco cut": (_cut("coco/instances.json"), "coco", "differs"),
    "coco excess": (_coco("}]}", '},{"id":99}]}'), "coco", "differs"),
    "no dataset": (lambda d: (d / "dataset.json").unlink(), "dataset.json: cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("broken", FILES)
def test_broken_file_is_found(copy, broken):
    change, *fragments = FILES[broken]
    change(copy)
    _finds(copy, *fragments)


def test_damaged_journal_line_is_found(copy):
    path = copy / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"?\n" + lines[2])
    _finds(copy, "journal.jsonl", "line 2 is damaged")


def test_description_is_checked(copy, edit_json):
    def change(info):
        info["categories"] = [{"id": 2, "name": "cup"}, {"id": 3, "name": "cup"}]
        info["recipe_hash"] = "other"

    edit_json(copy / "dataset.json", change)
    _finds(copy, "ids [2, 3], not 1 to 2")
    _finds(copy, "'cup' more than once")
    _finds(copy, "scene 0", "recipe_hash")
    _finds(copy, "frame 0: object 1", "category_id 1")


def test_visible_beside_the_amodal_mask_is_tolerated_by_a_pixel(copy, edit_json):
    def change(record):
        rle = record["objects"][0]["amodal_mask"]
        moved = np.roll(_mask(rle), 1, axis=1)
        record["objects"][0]["amodal_mask"] = encode_mask(moved).model_dump(mode="json")

    edit_json(copy / FRAME, change)
    assert not [line for line in validate_dataset(copy) if "outside amodal" in line]
