"""The page as a file: what it holds, where it may be, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.errors import DatasetError, OutputError, UsageError
from synth_addon.core.report.page import ReportOptions, write_report
from tests.core.export.conftest import AWKWARD


def data_of(page: Path) -> dict:
    text = page.read_text("utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_page_is_one_file_and_the_same_again(directory: Path, tmp_path: Path) -> None:
    before = hash_dataset(directory)
    page = write_report(directory, tmp_path / "report.html")
    first = page.read_bytes()
    assert write_report(directory, page).read_bytes() == first
    assert hash_dataset(directory) == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    text = first.decode()
    assert not re.search(r'(src|href)="(https?:)?//', text)
    assert "@import" not in text and "url(" not in text
    for name in ("cube", AWKWARD, "never"):
        assert name in text


def test_links_lead_to_the_pictures(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "some pages #1").mkdir()
    page = write_report(directory, tmp_path / "some pages #1" / "my page.html")
    frames = data_of(page)["frames"]
    assert len(frames) == 12
    for frame in frames:
        for kind in ("image", "normals"):
            target = (page.parent / unquote(frame[kind])).resolve()
            assert target.is_file()
            assert target.is_relative_to(directory.resolve())
    links = re.findall(r'<a href="([^"#]+)">', page.read_text("utf-8"))
    assert links
    assert all((page.parent / unquote(link)).is_file() for link in links)


def test_embedded_frames_need_no_other_file(directory: Path, tmp_path: Path) -> None:
    page = write_report(directory, tmp_path / "r.html", ReportOptions(frames=3, embed=True))
    frames = data_of(page)["frames"]
    assert [frame["frame"] for frame in frames] == [0, 6, 11]
    for frame in frames:
        for kind in ("image", "depth", "normals"):
            head, _, content = frame[kind].partition(",")
            assert head in ("data:image/jpeg;base64", "data:image/png;base64")
            with Image.open(io.BytesIO(base64.b64decode(content))) as image:
                image.load()
                assert image.width / image.height == pytest.approx(96 / 72, rel=0.03)
    assert "<img" not in page.read_text("utf-8")


def test_the_default_place_disturbs_no_dataset(directory: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    shutil.copytree(directory, folder)
    before = hash_dataset(folder)
    assert write_report(folder) == folder / "report.html"
    assert hash_dataset(folder) == before


def test_a_name_cannot_leave_its_place(directory: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    shutil.copytree(directory, folder)
    info = json.loads((folder / "dataset.json").read_text("utf-8"))
    info["recipe"]["name"] = "</script><script>alert(1)</script>"
    (folder / "dataset.json").write_text(json.dumps(info), "utf-8")
    for record in (folder / "frames").rglob("*.json"):
        text = record.read_text("utf-8").replace('"group":"cube"', '"group":"</script><b>"')
        record.write_text(text, "utf-8")
    page = write_report(folder)
    text = page.read_text("utf-8")
    assert "<script>alert" not in text
    assert "</script><b>" not in text
    assert any(o["group"] == "</script><b>" for f in data_of(page)["frames"] for o in f["objects"])


@pytest.mark.parametrize("name", ["report.txt", "dataset.json"])
def test_other_names_are_refused(directory: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"must end in \.html"):
        write_report(directory, tmp_path / name)


def test_places_that_cannot_be_written_are_named(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write_report(directory, tmp_path / "folder.html")
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(directory, tmp_path / "nowhere" / "report.html")
    with pytest.raises(OutputError, match="only the dataset's own files"):
        write_report(directory, directory / "images" / "report.html")


def test_what_is_no_dataset_or_empty_is_named(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        write_report(tmp_path / "none", tmp_path / "report.html")
    (tmp_path / "empty").mkdir()
    shutil.copy(directory / "dataset.json", tmp_path / "empty")
    with pytest.raises(DatasetError, match="has no frames yet"):
        write_report(tmp_path / "empty")
    for options in (ReportOptions(frames=0), ReportOptions(pictures=0)):
        with pytest.raises(UsageError, match="must be at least 1"):
            write_report(directory, tmp_path / "report.html", options)
