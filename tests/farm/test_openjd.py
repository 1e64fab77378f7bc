"""Job templates: OpenJD's own program accepts them, and runs them to the same bytes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from synth_addon.cli import parser

from .conftest import RECIPE, Synth

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in program is a script of POSIX")
Hashed = Callable[[Path], str]
Template = dict[str, Any]
OpenJd = Callable[..., subprocess.CompletedProcess[str]]
AWKWARD = "it's $HOME; {{Param.Output}} `x`"
"""A folder whose name a shell or OpenJD would read as more than a name."""
NESTED = f"objects={json.dumps(RECIPE['objects'])}"


@pytest.fixture(scope="session")
def openjd(environment: dict[str, str]) -> OpenJd:
    """Return the function that runs OpenJD's program to its end."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    program = shutil.which("openjd", path=places)
    assert program is not None, "openjd is missing: install requirements/farm.txt"

    def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *map(str, arguments)],
            env={**environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands on the farm's machines as `synth`."""
    path = tmp_path_factory.mktemp("program") / "synth"
    path.write_text(f"#!{sys.executable}\nfrom synth_addon.cli import main\nmain()\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def home(recipe: Path, tmp_path: Path) -> Path:
    """A folder with the recipe, for the template to lie in."""
    folder = tmp_path / AWKWARD
    folder.mkdir()
    shutil.copy(recipe, folder / "recipe.json")
    return folder


def parameters(template: Template) -> dict[str, Template]:
    return {item["name"]: item for item in template["parameterDefinitions"]}


def action(template: Template, step: str) -> Template:
    (found,) = [item for item in template["steps"] if item["name"] == step]
    return found["script"]["actions"]["onRun"]


def arguments(template: Template, step: str, shard: int = 0) -> list[str]:
    """Return the arguments of a step's command, with the defaults of all parameters."""
    values = {f"Param.{n}": str(item["default"]) for n, item in parameters(template).items()}
    values["Task.Param.Shard"] = str(shard)
    return [
        re.sub(r"{{(.*?)}}", lambda match: values[match[1]], text)
        for text in action(template, step)["args"]
    ]


def amounts(template: Template, step: str) -> Mapping[str, int]:
    (found,) = [item for item in template["steps"] if item["name"] == step]
    return {item["name"]: item["min"] for item in found["hostRequirements"]["amounts"]}


@pytest.mark.slow
def test_a_job_that_failed_goes_on_and_makes_what_one_process_makes(
    synth: Synth, openjd: OpenJd, program: Path, home: Path, whole: Path, hashed: Hashed
) -> None:
    template, out = home / "job.json", home / "out"
    done = synth(
        *("openjd", home / "recipe.json", "-o", out, "--template", template),
        *("--scenes", 24, "--scenes-per-task", 9, "--set", NESTED),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 tasks for 24 scenes" in done.stdout
    run = ("run", template, "-p", f"SynthProgram={program}", "-p", "Workers=2")
    failed = openjd(*run, STAND_IN_CRASH_ON="5")
    assert failed.returncode != 0
    assert "scene 5 is set aside" in failed.stdout
    assert not out.exists()
    again = openjd(*run)
    assert again.returncode == 0, again.stdout
    assert "every promise kept" in again.stdout
    assert hashed(out) == hashed(whole)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--scenes", 1),
        ("--frames", 30, "--scenes-per-task", 1),
        ("--scene-range", "5:900000", "--scenes-per-task", 9),
        ("--seed", 7, "--set", NESTED, "--set", "name=a{{x}}", "--folder", "."),
        ("--device", "OPTIX", "--blender", "blender"),
    ],
    ids=str,
)
def test_openjd_accepts_the_template(
    synth: Synth, openjd: OpenJd, recipe: Path, tmp_path: Path, options: tuple[object, ...]
) -> None:
    template = tmp_path / "job.json"
    done = synth("openjd", recipe, "-o", tmp_path / "out", "--template", template, *options)
    assert done.returncode == 0, done.stderr
    checked = openjd("check", template)
    assert checked.returncode == 0, checked.stdout
    given = re.findall(r"\w+=/[^,\n]*", done.stderr)
    summary = openjd("summary", template, *(word for text in given for word in ("-p", text)))
    assert summary.returncode == 0, summary.stdout
    for text in given:
        assert text.partition("=")[2] in summary.stdout


def test_the_commands_are_those_of_synth(synth: Synth) -> None:
    done = synth(
        *("openjd", "cup_room", "-o", "out", "--scene-range", "10:260", "--device", "OPTIX"),
        *("--blender", "blender", "--seed", 7, "--set", "views_per_scene=3"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    template = json.loads(done.stdout)
    generate = parser().parse_args(arguments(template, "Generate", 2))
    assert (generate.source, generate.scene_range, generate.shard) == ("cup_room", "10:260", "2/3")
    assert (generate.seed, generate.set) == (7, ["views_per_scene=3"])
    assert (generate.device, generate.blender, generate.workers) == ("OPTIX", "blender", "auto")
    assert (generate.output, generate.resume) == (Path("out.parts/2"), True)
    merge = parser().parse_args(arguments(template, "Merge"))
    assert (merge.parts, merge.output, merge.resume) == (Path("out.parts"), Path("out"), True)
    assert parser().parse_args(arguments(template, "Validate")).directory == Path("out")


def test_a_recipe_that_is_not_trusted_is_none_on_the_farm_either(synth: Synth) -> None:
    made = synth("openjd", "cube", "-o", "out", "--scenes", 2, "--untrusted")
    assert "--untrusted" in arguments(json.loads(made.stdout), "Generate")


def test_only_what_renders_on_a_card_asks_for_one(synth: Synth) -> None:
    on_cards, on_cores = (
        json.loads(synth("openjd", "cube", "-o", "out", *device).stdout)
        for device in (("--device", "CUDA"), ())
    )
    assert amounts(on_cards, "Generate")["amount.worker.gpu"] == 1
    assert "amount.worker.gpu" not in amounts(on_cards, "Merge")
    assert "amount.worker.gpu" not in amounts(on_cores, "Generate")


def test_what_a_user_names_is_no_text_of_a_command(synth: Synth, home: Path) -> None:
    done = synth("openjd", home / "recipe.json", "-o", home / "out", "--set", f"name={AWKWARD}")
    assert done.returncode == 0, done.stderr
    for step in ("Generate", "Merge", "Validate"):
        assert AWKWARD not in json.dumps(action(json.loads(done.stdout), step))


def test_paths_outside_the_templates_folder_are_to_be_given(
    synth: Synth, recipe: Path, tmp_path: Path
) -> None:
    template = tmp_path / "jobs" / "job.json"
    done = synth("openjd", recipe, "-o", tmp_path / "out", "--template", template)
    assert done.returncode == 0
    known = parameters(json.loads(template.read_text()))
    for name, path in (("Recipe", recipe), ("Output", tmp_path / "out")):
        assert f"{name}={path}" in done.stderr
        assert "default" not in known[name]
    assert f"Parts={tmp_path / 'out.parts'}" in done.stderr


def test_an_earlier_template_is_replaced_and_no_other_file(
    synth: Synth, recipe: Path, tmp_path: Path
) -> None:
    template, other = tmp_path / "job.json", tmp_path / "notes.json"
    other.write_text('{"mine": true}')
    for scenes in (1, 300):
        command = ("openjd", recipe, "-o", tmp_path / "out", "--scenes", scenes, "--template")
        assert synth(*command, template).returncode == 0
    assert '"0-2"' in template.read_text()
    refused = synth(*command, other)
    assert refused.returncode == 2
    assert "notes.json: exists and is no job template. Choose another" in refused.stderr
    assert other.read_text() == '{"mine": true}'


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--scenes-per-task", 0), "--scenes-per-task 0: must be at least 1"),
        (("--scenes", 10**7, "--scenes-per-task", 3), "--scenes-per-task 3: makes 3333334 tasks"),
        (("--scenes", 0), "--scenes 0: out of range. Give 1"),
        (("--template", "job.yaml"), "--template job.yaml: the template is JSON. End its name"),
        (("--template", "out/job.json"), "--template out/job.json: lies in --output out"),
        (("--set", f"seed={' ' * 1019}1"), "has 1025 characters, and a job template takes 1024"),
        (("--set", "seed=1") * 41, "--set: given 41 times, and a job template takes 40"),
        (("--set", "scenes=0"), "scenes: "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_is_named(
    synth: Synth, recipe: Path, options: tuple[object, ...], words: str
) -> None:
    done = synth("openjd", recipe, "-o", "out", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_source_is_needed(synth: Synth) -> None:
    done = synth("openjd", "-o", "out")
    assert done.returncode == 2
    assert "SOURCE is missing: name a preset" in done.stderr


def test_an_output_with_other_files_is_refused_before_the_farm_works(
    synth: Synth, recipe: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = synth("openjd", recipe, "-o", tmp_path)
    assert done.returncode == 2
    assert "holds files that are no Synth dataset (notes.txt)" in done.stderr
