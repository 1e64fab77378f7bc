"""What goes on although something is missing is said on stderr, and to programs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.front3d_houses import write_data_set


def test_missing_models_are_warned_of(synth, write_recipe, least, tmp_path: Path) -> None:
    write_data_set(tmp_path)
    ended = synth("sample", write_recipe({**least, "room": {"front3d": {}}}))
    assert ended.code == 0
    assert json.loads(ended.out)["fixtures"]
    assert ended.err.splitlines()[0] == (
        "synth: warning: room.front3d: 1 model of 4 missing, so 1 piece of furniture left out: "
        "3D-FUTURE-model/model-absent/raw_model.obj"
    )


def test_programs_get_warnings_as_events(
    synth, write_recipe, least, tmp_path: Path, without_blender
) -> None:
    write_data_set(tmp_path)
    source = write_recipe({**least, "room": {"front3d": {}}})
    ended = synth("generate", source, "--output", tmp_path / "out", "--json")
    models, images = ended.of("warning")
    assert models["names"] == ["3D-FUTURE-model/model-absent/raw_model.obj"]
    assert "plain colours" in images["message"]


def test_without_anything_to_tell_nothing_is_told(synth, write_recipe, least) -> None:
    ended = synth("sample", write_recipe(least))
    assert ended.err == ""
