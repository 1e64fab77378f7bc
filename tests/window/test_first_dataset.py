"""The released zip in a real Blender with a window, used as a person would.

`SYNTH_BLENDER` names that Blender; pictures of every step are kept in build/window. Where a
program blender-gui lies beside it, that brings a screen; else the screen is that of DISPLAY.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.dataset.validate import validate_dataset

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "window"
BLENDER = os.environ.get("SYNTH_BLENDER", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("window"),  # one run of the script for all
    pytest.mark.skipif(not BLENDER, reason="SYNTH_BLENDER names no Blender with a window"),
]


def python_of_blender() -> tuple[int, int]:
    script = "import sys; print('python', *sys.version_info[:2])"
    command = [BLENDER, "--background", "--factory-startup", "--python-expr", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("python "))
    return int(line.split()[1]), int(line.split()[2])


def built_zip(folder: Path) -> Path:
    """Build the zip whose wheels suit that Blender's Python, whatever Blender it is meant for."""
    sys.path.insert(0, str(ROOT / "tools"))
    import build_extension
    from extension_wheels import GENERATIONS, Target

    python = python_of_blender()
    found = [generation for generation in GENERATIONS if generation.python == python]
    assert found, f"no zip is built for Python {python}"
    suitable = replace(found[0], blender_min="4.2.0", blender_max=None, suffix="-window")
    return build_extension.build(Target("linux-x64", suitable), folder)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Install the zip, play the script, and return what it found."""
    folder = tmp_path_factory.mktemp("window")
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(folder / "resources")}
    (folder / "resources").mkdir()
    install = ["--command", "extension", "install-file", "--repo", "user_default", "--enable"]
    archive = built_zip(folder)
    subprocess.run([BLENDER, *install, str(archive)], env=environment, check=True)
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    gui = Path(BLENDER).with_name("blender-gui")
    program = [str(gui), "--size", "1600x1000"] if gui.is_file() else [BLENDER]
    script = Path(__file__).with_name("first_dataset.py")
    command = [*program, "--python", str(script), "--", str(PICTURES)]
    done = subprocess.run(command, env=environment, timeout=400)
    assert done.returncode == 0
    found: dict[str, Any] = json.loads((PICTURES / "facts.json").read_text())
    return found


def test_the_real_button_starts_the_job(facts: dict[str, Any]) -> None:
    assert facts["started_by_click"]
    assert facts["first"] == ["done", 4, ""]


def test_the_dataset_keeps_every_promise(facts: dict[str, Any]) -> None:
    assert list(validate_dataset(PICTURES / "dataset")) == []


def test_the_preview_leaves_nothing_behind(facts: dict[str, Any]) -> None:
    assert facts["restored"]


def test_a_second_job_is_cancelled_and_resumed(facts: dict[str, Any]) -> None:
    state, done = facts["cancelled"]
    assert state == "cancelled"
    assert 2 <= done < 400
    assert facts["resumed_by_click"]
    assert facts["resumed"] == "done"


def test_the_inspector_says_what_is_in_the_frame(facts: dict[str, Any]) -> None:
    assert "Mug, " in facts["inspected"]


def test_every_step_has_its_picture(facts: dict[str, Any]) -> None:
    names = [path.stem[3:] for path in sorted(PICTURES.glob("*.png"))]
    assert names == [
        "marked",
        "ranges_set",
        "preview",
        "restored",
        "done",
        "running",
        "cancelled",
        "inspector",
    ]
