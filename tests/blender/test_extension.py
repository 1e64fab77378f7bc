"""The extension registers its command, which runs what the command line runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_SCRIPT = """
import bpy, importlib.util, json, sys
root = sys.argv[1]
spec = importlib.util.spec_from_file_location(
    "installed_synth", root + "/__init__.py", submodule_search_locations=[root]
)
package = importlib.util.module_from_spec(spec)
sys.modules["installed_synth"] = package
spec.loader.exec_module(package)
before = set(sys.modules)
package.register()
heavy = sorted({"pydantic", "PIL", "rich"} & (set(sys.modules) - before))
extension = sys.modules["installed_synth.synth_addon.extension"]
arguments = ["generate", "cube", "-o", sys.argv[2], "--scenes", "1", *sys.argv[3:]]
code = extension.run_command(arguments)
package.unregister()
package.register()
package.unregister()
sys.stdout.write(json.dumps({"code": code, "heavy": heavy}) + "\\n")
sys.stdout.flush()
import os
os._exit(0)
"""

SMALL = ["--set", "camera.width_px=64", "--set", "camera.height_px=48", "--set", "render.samples=1"]


def test_the_registered_command_makes_the_same_dataset(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(ROOT), str(tmp_path / "inside"), *SMALL],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"code": 0, "heavy": []}
    synth = [sys.executable, "-m", "synth_addon.cli"]
    made = [*synth, "generate", "cube", "-o", str(tmp_path / "outside"), "--scenes", "1", *SMALL]
    subprocess.run(made, check=True, cwd=ROOT, capture_output=True)
    hashes = {
        subprocess.run(
            [*synth, "hash", str(tmp_path / name)],
            check=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
        ).stdout
        for name in ("inside", "outside")
    }
    assert len(hashes) == 1
