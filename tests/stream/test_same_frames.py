"""A stream has the frames that `synth generate` makes: pixels, depth, annotations and files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.validate import validate_dataset
from synth_addon.stream import StreamError, connect, launch
from tests.farm.conftest import Synth, environment, recipe, synth  # noqa: F401 - fixtures

from .frame_hashes import hashes_of_dataset, hashes_of_stream

SCENES = 12
CHANNELS = ("image", "depth", "normals", "instances")
OUTPUTS = ["outputs.depth=exr", "outputs.normals=exr"]


@pytest.fixture
def quick(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Let streams that are launched draw with the reference renderer."""
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])


@pytest.fixture(scope="module")
def written(
    synth: Synth,  # noqa: F811
    recipe: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the dataset that the recipe makes."""
    out = tmp_path_factory.mktemp("written") / "out"
    sets = [word for output in OUTPUTS for word in ("--set", output)]
    done = synth("generate", recipe, "-o", out, "--scenes", SCENES, *sets)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("instances", [1, 3])
def test_the_stream_has_the_frames_of_the_dataset(
    recipe: Path,  # noqa: F811
    written: Path,
    instances: int,
) -> None:
    options = {"overrides": OUTPUTS, "scenes": SCENES, "channels": CHANNELS}
    with launch(recipe, instances, **options) as stream:
        assert hashes_of_stream(stream.frames()) == hashes_of_dataset(written)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("instances", [1, 2])
def test_a_recording_is_the_dataset_that_generate_makes(
    recipe: Path,  # noqa: F811
    written: Path,
    synth: Synth,  # noqa: F811
    tmp_path: Path,
    instances: int,
) -> None:
    out = tmp_path / "out"
    options = {"overrides": OUTPUTS, "scenes": SCENES, "record": out}
    with launch(recipe, instances, **options) as stream:
        assert len(list(stream.frames())) == 2 * SCENES
    assert list(validate_dataset(out)) == []
    hashes = [synth("hash", folder).stdout.split()[0] for folder in (out, written)]
    assert hashes[0] == hashes[1]


@pytest.mark.usefixtures("quick")
def test_a_recording_of_a_killed_stream_can_be_read(
    recipe: Path,  # noqa: F811
    written: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    words = [sys.executable, "-m", "synth_addon.cli", "stream", str(recipe), "--json"]
    words += [word for output in OUTPUTS for word in ("--set", output)]
    process = subprocess.Popen([*words, "--record", str(out)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    stream = connect(json.loads(process.stdout.readline())["address"])
    for number, _ in enumerate(stream.frames()):
        if number == 10:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    recorded = open_dataset(out)
    whole = open_dataset(written)
    frames = [frame for frame in recorded.frame_numbers() if frame < 2 * SCENES]
    assert len(frames) >= 8
    assert all((recorded.image(frame) == whole.image(frame)).all() for frame in frames)


@pytest.mark.usefixtures("quick")
def test_a_stream_of_some_scenes_ends_when_all_is_read(recipe: Path) -> None:  # noqa: F811
    """Also while a program that has asked for statistics is still connected."""
    words = [sys.executable, "-m", "synth_addon.cli", "stream", str(recipe), "--json"]
    process = subprocess.Popen([*words, "--scenes", "3"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    stream = connect(json.loads(process.stdout.readline())["address"])
    assert stream.statistics()["version"] == 0
    assert len(list(stream.frames())) == 6
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1])["event"]


@pytest.mark.usefixtures("quick")
def test_frames_say_which_version_of_the_recipe_made_them(recipe: Path) -> None:  # noqa: F811
    with launch(recipe, 2, queue=4) as stream:
        frames = stream.frames()
        before = [next(frames) for _ in range(6)]
        assert stream.update({"objects.cube.count": 0, "objects.clutter.role": "target"}) == 1
        later = [next(frames) for _ in range(40)]
        assert {frame["version"] for frame in before} == {0}
        made = [frame["version"] for frame in later]
        assert made[-1] == 1
        for frame in (*before, *later):
            classes = {item["category"] for item in frame["annotation"]["objects"]}
            assert ("cube" in classes) == (frame["version"] == 0)
        assert stream.update({"objects.cube.count": 2}) == 2
        statistics = stream.statistics()
    assert statistics["version"] == 2
    assert statistics["classes"]["clutter"] > 0


@pytest.mark.usefixtures("quick")
def test_an_instance_that_restarts_has_the_newest_recipe(recipe: Path) -> None:  # noqa: F811
    with launch(recipe, 1, queue=2) as stream:
        stream.update({"objects.cube.count": 0, "objects.clutter.role": "target"})
        frames = stream.frames()
        next(frames)
        instance = stream.statistics()["instances"][0]["process"]
        os.kill(instance, signal.SIGKILL)
        later = [next(frames)["version"] for _ in range(20)]
        assert later[-5:] == [1] * 5
        assert stream.statistics()["replaced"] == 1


@pytest.mark.usefixtures("quick")
def test_a_change_that_cannot_be_made_changes_nothing(recipe: Path) -> None:  # noqa: F811
    with launch(recipe) as stream:
        for changes, text in (
            ({"objects.cub.count": 3}, "There are cube, clutter"),
            ({"lights.energy": {"uniform": [3, 1]}}, "lights.energy"),
            ({"seed": 3, "lights.energy": 5}, "stays as it is while a stream runs"),
            ({"camera.width_px": 64}, "camera.width_px"),
            ({"objects.cube.shape": "cubes"}, "Did you mean cube"),
        ):
            with pytest.raises(StreamError, match=text):
                stream.update(changes)
        assert stream.statistics()["version"] == 0


def test_a_stream_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="neither a preset nor a readable file"):
        launch("cupp_room")
    with pytest.raises(StreamError, match=r"lights\.enrgy"):
        launch("cube", overrides=["lights.enrgy=3"])
    with pytest.raises(StreamError, match=r"There are image, depth"):
        launch("cube", channels=("imge",))
