"""What a coordinator refuses of workers that are not as they should be."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from synth_addon import __version__
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset.info import DatasetInfo
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.errors import OutputError, SynthError, UsageError
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.farm import pool as pool_module
from synth_addon.farm.backend import local_backend
from synth_addon.farm.pool import Pool, PoolSettings
from synth_addon.farm.protocol import PROTOCOL, Message

SCRIPT = """
import json, sys
hello = json.loads(sys.argv[1])
def say(**message):
    print(json.dumps(message), flush=True)
say(**hello)
for line in sys.stdin:
    order = json.loads(line)
    if "stop" in order:
        break
    entry = {"files": {}, "frames": [order["scene"], 1], "scene": order["scene"]}
    say(event="begin", scene=order["scene"])
    say(event="scene", entry=json.dumps(entry), bytes=0)
"""


class Silent:
    def planned(self, scenes: int) -> None: ...

    def frame(self, frame: int, scene: int) -> None: ...

    def told(self, message: Message) -> None: ...

    def noticed(self, text: str) -> None: ...


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., None]:
    """Return the function that runs a pool of workers that say a hello and write no files."""
    info = dataset_info(load_recipe("cube").recipe, AssetCatalog({}, {}, (), {}), "scripted")

    def opened(told: DatasetInfo) -> DatasetStore:
        return DatasetStore.create_or_resume(tmp_path / "out", told, False, range(4))

    def make(**changes: object) -> None:
        hello = {"event": "hello", "protocol": PROTOCOL, "synth": __version__}
        text = json.dumps({**hello, "info": info.model_dump(mode="json"), **changes})
        backend = local_backend([sys.executable, "-c", SCRIPT, text], 2, lambda place: {}, "")
        Pool(backend.start, backend.seats, PoolSettings(), opened, Silent()).run(range(4))

    return make


@pytest.mark.parametrize("changes", [{"synth": "0.0.1"}, {"protocol": 99}])
def test_other_versions_are_refused_with_both(
    run: Callable[..., None], changes: dict[str, object]
) -> None:
    with pytest.raises(UsageError) as caught:
        run(**changes)
    words = {"synth": __version__, "protocol": PROTOCOL}
    for name in changes:
        assert str(changes[name]) in str(caught.value)
        assert str(words[name]) in str(caught.value)


def test_files_that_do_not_arrive_end_the_run(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_ARRIVAL_S", 0.3)
    with pytest.raises(OutputError, match="Choose an --output that all machines share") as caught:
        run()
    assert isinstance(caught.value, SynthError)
