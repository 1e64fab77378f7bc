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
from synth_addon.translations import languages, load_catalog

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "window"
BLENDER = os.environ.get("SYNTH_BLENDER", "")

pytestmark = [
    pytest.mark.slow,
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


def play(folder: Path) -> dict[str, Any]:
    """Install the zip, play the script, and return what it found."""
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


def test_a_first_dataset_is_made_as_a_person_would(tmp_path: Path) -> None:
    facts = play(tmp_path)
    assert facts["restored"], "the preview left something behind"
    undo = facts["undo"]
    assert undo["undone"] != undo["before"]
    assert undo["redone"] == undo["before"] == undo["redone_over_preview"]
    assert facts["started_by_click"]
    assert facts["first"] == ["done", 4, ""]
    assert list(validate_dataset(PICTURES / "dataset")) == []

    state, done = facts["cancelled"]
    assert state == "cancelled"
    assert 2 <= done < 400
    assert facts["resumed_by_click"]
    assert facts["resumed"] == "done"
    assert list(validate_dataset(PICTURES / "long")) == []

    assert any("Mug, " in line for line in facts["inspected"])
    for language, text in facts["languages"].items():
        catalog = load_catalog(languages()[language])
        assert text == catalog["Synth"]["Generate Dataset"]
    names = [path.stem[3:] for path in sorted(PICTURES.glob("*.png"))]
    assert names == [
        "marked",
        "ranges_set",
        "viewport",
        "colored",
        "classes",
        "preview",
        "restored",
        "done",
        "running",
        "cancelled",
        "language_de_DE",
        "language_zh_HANS",
        "inspector",
    ]
