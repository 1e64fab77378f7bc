"""What scripts may say, without Blender: faults with file and line, parameters, arrays."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth_addon.cli import run
from synth_addon.core.errors import SynthError
from synth_addon.stream.errors import ScriptError
from synth_addon.stream.json_arrays import decoded, plain, restored
from synth_addon.stream.script_frame import Frame
from synth_addon.stream.script_hooks import Hooks
from synth_addon.stream.script_run import run_script

from .scripts import written


class BlankStage:
    """Shows nothing, and sees everything at the top left."""

    size = (8, 6)

    def render(self) -> Any:
        return np.zeros((6, 8, 3), np.uint8)

    def pixels_of(self, thing: Any) -> Any:
        return np.zeros((len(thing), 2))


def hooks_of(folder: Path, text: str, **given: Any) -> Hooks:
    text = "from synth_addon.stream import script\n" + text
    return run_script(written(folder, text, renders=False), BlankStage(), given)


HOOK = "@script.pre_frame\ndef turn(frame):\n    "
FAULTY = [
    ("1 / 0", r"made\.py, line 2, in the script: ZeroDivisionError: division by zero"),
    ("def f(:\n    pass", r"made\.py, line 2, in the script: SyntaxError: invalid syntax"),
    ("raise SystemExit('no file')", r"made\.py, line 2, in the script: SystemExit: no file"),
    ("import no_such_module", r"line 2, in the script: ModuleNotFoundError"),
    ("x = 1", r"made\.py: registers nothing\. Register .*@script\.pre_frame"),
    ("script.parameters(a=(1, 2))", r"line 2, in the script: a: \(1, 2\) cannot be a parameter"),
    ("script.on_command(print)\nscript.on_command(len)", r"line 3, in the script: .*stands twice"),
    (f"{HOOK}frame.nothing", r"line 4, in pre_frame turn of frame 7: AttributeError: .*nothing"),
    (f"{HOOK}frame.publish(a={{1}})", r"line 4, .* TypeError: a: a set cannot be sent"),
    (f"{HOOK}frame.publish(a=[1, {{2: 3}}])", r"TypeError: a\[1\]: 2 names a value"),
]


@pytest.mark.parametrize(("text", "message"), FAULTY)
def test_faults_name_file_line_and_hook(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        call(hooks_of(tmp_path, text))


def call(hooks: Hooks, number: int = 7, seed: int = 0) -> Frame:
    frame = Frame(number, seed, hooks.stage)
    hooks.call(hooks.pre_frame, "pre_frame", frame)
    return frame


def test_faults_in_functions_of_others_name_the_line_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("def fail():\n\n\n\n    raise KeyError('x')\n")
    hooks = hooks_of(tmp_path, f"import beside\n{HOOK}beside.fail()")
    with pytest.raises(ScriptError, match=r"made\.py, line 5, in .*KeyError: 'x'"):
        call(hooks)


def test_random_numbers_depend_on_seed_and_number_alone(tmp_path: Path) -> None:
    hooks = hooks_of(tmp_path, f"{HOOK}frame.publish(x=frame.random.random(), y=frame.number)")
    values = [call(hooks, number, seed).published["x"] for number, seed in ((3, 1), (4, 1), (3, 2))]
    assert len(set(values)) == 3
    assert call(hooks, 3, 1).published == {"x": values[0], "y": 3}


def test_parameters_are_declared_given_and_set(tmp_path: Path) -> None:
    text = f"knobs = script.parameters(spread=1.0, name='a')\n{HOOK}frame.publish(x=knobs.spread)"
    hooks = hooks_of(tmp_path, text, spread=3)
    assert call(hooks).published == {"x": 3}
    hooks.set({"spread": 0.5})
    assert call(hooks).published == {"x": 0.5}
    assert hooks.to_json()["parameters"] == {"spread": 0.5, "name": "a"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sprad": 1}, "sprad: the script has no such parameter. There are spread"),
        ({"spread": "wide"}, "spread: 'wide' is text. Give a number"),
    ],
)
def test_parameters_that_are_not_declared_so(
    tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(SynthError, match=message):
        hooks_of(tmp_path, f"script.parameters(spread=1.0)\n{HOOK}pass", **given)


def test_a_script_that_is_run_by_itself_says_how_it_is_run(tmp_path: Path) -> None:
    text = "from synth_addon.stream import script\nscript.pre_frame(print)\n"
    path = written(tmp_path, text, renders=False)
    done = subprocess.run(
        [sys.executable, str(path)],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Run it with `synth stream --script FILE`" in done.stderr


WITHOUT_READERS = """
import sys
sys.modules["zmq"] = sys.modules["torch"] = sys.modules["bpy"] = None
from synth_addon.stream import script
import synth_addon.broker.scripted_instance
"""


def test_scripts_need_nothing_that_blender_lacks() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", WITHOUT_READERS], cwd=root, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3) / 7,
        np.array([[True], [False]]),
        np.array(3.5),
        np.zeros((0, 2), np.int64),
        np.arange(4, dtype=">i4")[::2],
        np.array([np.nan, np.inf, -0.0]),
        np.asfortranarray(np.arange(12, dtype=np.uint16).reshape(3, 4)),
    ],
)
def test_arrays_come_back_as_they_were(array: np.ndarray[Any, Any]) -> None:
    text = json.dumps({"a": [plain(array, "a")]}).encode()
    back = decoded(text)["a"][0]
    assert back.dtype == array.dtype.newbyteorder("=")
    assert back.shape == array.shape
    assert back.tobytes() == np.ascontiguousarray(array, back.dtype).tobytes()
    assert back.flags.writeable


@pytest.mark.parametrize(
    "value",
    [
        {"$array": "object", "shape": [1], "base64": ""},
        {"$array": "float32", "shape": [2], "base64": "AAAA"},
        {"$array": "uint8", "shape": [-1], "base64": ""},
        {"$array": "uint8", "shape": "x", "base64": ""},
        {"$array": "uint8", "shape": [1], "base64": "?"},
        {"$array": ["uint8"], "shape": [1], "base64": "AA=="},
    ],
)
def test_what_is_no_array_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no array"):
        restored(value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--untrusted"], "Leave out --untrusted to trust it"),
        (["cup_room"], "cup_room: --script needs a .blend file, or none"),
        (["--record", "cups"], "--record does not go with --script"),
        (["--channels", "image,depth"], "--channels does not go with --script"),
        (["--folder", "."], "--folder does not go with --script"),
        (["missing.blend"], "missing.blend: there is no such file"),
        (["--seed", "-1"], "--seed -1: must not be negative"),
        (["--resolution", "64"], "'64' is no size. Write 640x480"),
    ],
)
def test_arguments_that_do_not_go_with_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    path = written(tmp_path, "", renders=False)
    assert run(["stream", "--script", str(path), *words]) == 2
    assert message in capsys.readouterr().err


def test_the_document_shows_the_example_as_it_is() -> None:
    root = Path(__file__).parents[2]
    example = (root / "examples" / "cube" / "cube.py").read_text()
    assert f"```python\n{example}```" in (root / "docs" / "scripting.md").read_text()
