"""Datasets in object stores: the same bytes, resumable, and no credentials anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synth_addon.core.dataset.validate import validate_dataset
from tests.object_server import BUCKET, KEYS, object_server

from .conftest import Synth, command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
Hashed = Callable[[Path], str]


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    with object_server() as variables:
        yield variables


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """A place of its own for each test."""
    return f"s3://{BUCKET}/{request.node.name.replace('[', '-').strip(']')}/out"


@pytest.mark.parametrize("how", [(), ("--workers", 2)], ids=["one", "pool"])
def test_a_dataset_in_a_store_is_that_of_a_folder(
    synth: Synth,
    variables: dict[str, str],
    recipe: Path,
    whole: Path,
    hashed: Hashed,
    url: str,
    how: tuple[object, ...],
    tmp_path: Path,
) -> None:
    done = synth("generate", recipe, "-o", url, "--scenes", 24, *how, **variables)
    assert done.returncode == 0, done.stderr
    assert synth("hash", url, **variables).stdout.strip() == hashed(whole)
    assert "24 scenes of 24, 48 frames" in synth("status", url, **variables).stdout
    copied = synth("download", url, "-o", tmp_path / "copy", **variables)
    assert copied.returncode == 0, copied.stderr
    assert hashed(tmp_path / "copy") == hashed(whole)
    assert list(validate_dataset(tmp_path / "copy")) == []
    said = done.stdout + done.stderr + copied.stdout + copied.stderr
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in said
    for path in (tmp_path / "copy").rglob("*"):
        assert path.is_dir() or KEYS["AWS_SECRET_ACCESS_KEY"].encode() not in path.read_bytes()


@pytest.mark.parametrize("struck", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_was_ended_goes_on(
    synth: Synth,
    environment: dict[str, str],
    variables: dict[str, str],
    recipe: Path,
    whole: Path,
    hashed: Hashed,
    url: str,
    struck: signal.Signals,
) -> None:
    arguments = command("generate", recipe, "-o", url, "--scenes", 24, "--workers", 2, "--json")
    process = subprocess.Popen(
        arguments,
        env={**environment, **variables, "STAND_IN_DELAY_S": "0.3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    next(line for line in process.stdout if '"frame"' in line and '"done": 16,' in line)
    process.send_signal(struck)
    process.communicate(timeout=60)
    status = synth("status", url, **variables).stdout
    assert "of 24" in status and not status.startswith(("0 ", "24 "))
    refused = synth("generate", recipe, "-o", url, "--scenes", 24, **variables)
    assert refused.returncode == 2
    assert "--resume" in refused.stderr
    resumed = synth("resume", url, **variables)
    assert resumed.returncode == 0, resumed.stderr
    assert synth("hash", url, **variables).stdout.strip() == hashed(whole)


def test_another_recipe_is_refused(
    synth: Synth, variables: dict[str, str], recipe: Path, url: str
) -> None:
    assert synth("generate", recipe, "-o", url, "--scenes", 1, **variables).returncode == 0
    done = synth("generate", recipe, "-o", url, "--scenes", 2, "--seed", 9, "--resume", **variables)
    assert done.returncode == 2
    assert "recipe.seed is" in done.stderr


def test_foreign_objects_are_left_alone(
    synth: Synth, variables: dict[str, str], recipe: Path, url: str
) -> None:
    assert synth("generate", recipe, "-o", f"{url}/in", "--scenes", 1, **variables).returncode == 0
    done = synth("generate", recipe, "-o", url, "--scenes", 1, **variables)
    assert done.returncode == 2
    assert "no Synth dataset" in done.stderr


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("s3://an-id:a-secret@bucket/cups", "in the environment"),
        ("s3:///cups", "names no bucket"),
        ("nothing://bucket/cups", "nothing"),
        ("s3://no-such-bucket/cups", "no-such-bucket"),
    ],
)
def test_places_that_cannot_be_are_named(
    synth: Synth, variables: dict[str, str], recipe: Path, place: str, words: str
) -> None:
    done = synth("generate", recipe, "-o", place, "--scenes", 1, **variables)
    assert done.returncode in (2, 4)
    assert words in done.stderr
    assert "a-secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_does_not_answer_is_named(
    synth: Synth, variables: dict[str, str], recipe: Path, url: str
) -> None:
    away = {**variables, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    done = synth("generate", recipe, "-o", url, "--scenes", 1, **away)
    assert done.returncode in (1, 4)
    assert url in done.stderr
    assert "Traceback" not in done.stderr


def test_an_object_that_was_changed_is_named(
    synth: Synth,
    variables: dict[str, str],
    environment: dict[str, str],
    recipe: Path,
    url: str,
    tmp_path: Path,
) -> None:
    import sys

    assert synth("generate", recipe, "-o", url, "--scenes", 2, **variables).returncode == 0
    path = f"{url.removeprefix('s3://')}/images/000000/000000001.png"
    code = f"import s3fs; s3fs.S3FileSystem().pipe_file({path!r}, b'x')"
    subprocess.run([sys.executable, "-c", code], env={**environment, **variables}, check=True)
    done = synth("download", url, "-o", tmp_path / "copy", **variables)
    assert done.returncode == 1
    assert "images/000000/000000001.png" in done.stderr


def test_file_urls_are_folders(
    synth: Synth, recipe: Path, whole: Path, hashed: Hashed, tmp_path: Path
) -> None:
    out = tmp_path / "with a space"
    done = synth("generate", recipe, "-o", out.as_uri(), "--scenes", 24)
    assert done.returncode == 0, done.stderr
    assert hashed(out) == hashed(whole)
