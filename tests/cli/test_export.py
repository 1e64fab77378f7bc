"""``synth export`` and ``synth generate --export``: arguments, refusals and what is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from synth_addon.core.export.registry import SHIPPED

pytestmark = pytest.mark.usefixtures("without_blender")


@pytest.fixture
def made(synth, least, write_recipe, tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    assert synth("generate", write_recipe(least), "-o", folder, "--scenes", 4).code == 0
    return folder


def test_formats_are_listed_with_their_options(synth) -> None:
    ended = synth("export", "--list")
    assert ended.code == 0
    listed = [line.split()[0] for line in ended.out.splitlines() if not line.startswith(" ")]
    assert listed == list(SHIPPED)


def test_several_formats_go_to_folders_of_their_own(synth, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("-f", "huggingface", "-f", "webdataset", "-o", out)
    ended = synth("export", made, *arguments, "--split", "train=0.75,val=0.25")
    assert ended.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["huggingface", "webdataset"]
    assert "huggingface train: 6 frames of 3 scenes" in ended.out
    assert synth("validate", out / "huggingface").code == 0
    (out / "huggingface" / "train" / "metadata.jsonl").unlink()
    assert synth("validate", out / "huggingface").code == 1


def test_a_dataset_is_exported_as_soon_as_it_is_made(
    synth, least, write_recipe, tmp_path: Path
) -> None:
    source, folder = write_recipe(least), tmp_path / "made"
    export = ("--export", f"huggingface={tmp_path / 'hf'}")
    ended = synth("generate", source, "-o", folder, "--scenes", 2, "--json", *export)
    assert ended.code == 0
    assert ended.of("exported")[0]["format"] == "huggingface"
    assert ended.events[-1]["event"] == "exported"
    more = synth("generate", source, "-o", folder, "--scenes", 3, "--resume", *export)
    assert more.code == 0
    assert len((tmp_path / "hf/train/metadata.jsonl").read_text().splitlines()) == 6


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "--format is missing"),
        (("-f", "huggingface"), "--output is missing"),
        (("-f", "yolo9", "-o", "out"), "Did you mean yolo"),
        (("-f", "huggingface", "-o", "out", "--split", "train=2"), "--split"),
        (("-f", "huggingface", "-o", "out", "--min-visible", 2), "--min-visible"),
        (("-f", "huggingface", "-o", "out", "--min-area", -1), "--min-area"),
        (("-f", "huggingface", "-o", "out", "--class", "mug"), "no class 'mug'"),
        (("-f", "huggingface", "-o", "out", "--option", "size=3"), "no such option"),
        (("-f", "huggingface", "-o", "out", "--option", "size"), "NAME=VALUE"),
        (("-f", "huggingface", "-o", "out", "--option", "coco.size=1"), "NAME=VALUE"),
        (("-f", "huggingface", "-o", "made/inside"), "inside the dataset"),
    ],
)
def test_what_cannot_be_used_is_named(
    refused, made: Path, monkeypatch: pytest.MonkeyPatch, arguments, word: str
) -> None:
    monkeypatch.chdir(made.parent)
    assert word in refused("export", made, *arguments)
    assert not Path("out").exists()
    assert not Path("made/inside").exists()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("huggingface", "FORMAT=DIR"),
        ("hugface=x", "no such format"),
        ("huggingface=made/x", "inside the dataset"),
    ],
)
def test_generate_refuses_an_export_before_it_starts(
    refused,
    least,
    write_recipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    word: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert word in refused("generate", write_recipe(least), "-o", "made", "--export", text)
    assert not (tmp_path / "made").exists()


def test_formats_of_other_packages_are_found(made: Path, tmp_path: Path) -> None:
    """A package with an entry point, installed for real beside this one."""
    package = tmp_path / "site"
    (package / "shapes_only").mkdir(parents=True)
    (package / "shapes_only" / "__init__.py").write_text(
        "class Names:\n"
        "    summary = 'the names of all frames'\n"
        "    options = {}\n"
        "    shares = {'all': 1.0}\n"
        "    def write(self, source, folder, options):\n"
        "        names = [frame.name for frame in source.frames('all')]\n"
        "        (folder / 'names.txt').write_text('\\n'.join(names))\n"
        "    def problems(self, folder, record):\n"
        "        if not (folder / 'names.txt').is_file():\n"
        "            yield 'names.txt: is missing'\n"
        "FORMAT = Names()\n"
    )
    info = package / "shapes_only-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shapes-only\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[synth.formats]\nnames = shapes_only:FORMAT\nlost = shapes_only:MISSING\n"
    )

    def synth(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "synth_addon.cli", *map(str, arguments)]
        environment = {"PYTHONPATH": f"{package}:{Path(__file__).parents[2]}", "PATH": ""}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    out = tmp_path / "out"
    listed = synth("export", "--list")
    assert "the names of all frames" in listed.stdout
    assert "cannot be loaded" in listed.stdout
    assert synth("export", made, "-f", "names", "-o", out).returncode == 0
    assert len((out / "names.txt").read_text().splitlines()) == 8
    assert json.loads((out / "synth_export.json").read_text())["format"] == "names"
    assert synth("validate", out).returncode == 0
    (out / "names.txt").unlink()
    assert "names.txt: is missing" in synth("validate", out).stdout
    lost = synth("export", made, "-f", "lost", "-o", tmp_path / "lost")
    assert lost.returncode == 2
    assert "cannot be loaded" in lost.stderr
