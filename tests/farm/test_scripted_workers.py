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
from synth_addon.core.dataset.journal_lines import JournalEntry
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.errors import OutputError, RenderError, UsageError
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.farm import pool as pool_module
from synth_addon.farm.backend import local_backend
from synth_addon.farm.crew import PoolSettings
from synth_addon.farm.pool import Pool
from synth_addon.farm.protocol import PROTOCOL, Message

SCRIPT = """
import json, os, sys, time
hello = json.loads(sys.argv[1])
manner = os.environ.get("MANNER", "")
if manner == "dead":
    sys.exit("no licence")
if manner == "silent":
    time.sleep(600)
def say(**message):
    print(json.dumps(message), flush=True)
say(process=os.getpid(), **hello)
for line in sys.stdin:
    time.sleep(0.2 if manner == "slow" else 0)
    order = json.loads(line)
    if "stop" in order:
        break
    entry = {"files": {}, "frames": [order["scene"], 1], "scene": order["scene"]}
    say(event="begin", scene=order["scene"])
    say(event="scene", entry=json.dumps(entry), bytes=0)
"""


class Notices:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def planned(self, scenes: int) -> None: ...

    def frame(self, frame: int, scene: int) -> None: ...

    def told(self, message: Message) -> None: ...

    def noticed(self, text: str) -> None:
        self.texts.append(text)


class Unseen(DatasetStore):
    """A dataset whose files nobody looks for."""

    def holds(self, entry: JournalEntry) -> bool:
        return True


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., list[str]]:
    """Return the function that runs a pool of workers that say a hello and write no files.

    It takes what is different in the hello, and the manners of the workers by their places.
    """
    info = dataset_info(load_recipe("cube").recipe, AssetCatalog({}, {}, (), {}), "scripted")

    def make(
        *manners: str, kind: type[DatasetStore] = DatasetStore, **changes: object
    ) -> list[str]:
        def opened(told: DatasetInfo) -> DatasetStore:
            return kind.create_or_resume(tmp_path / "out", told, False, range(40))

        hello = {"event": "hello", "protocol": PROTOCOL, "synth": __version__}
        text = json.dumps({**hello, "info": info.model_dump(mode="json"), **changes})
        backend = local_backend(
            [sys.executable, "-c", SCRIPT, text],
            2,
            lambda place: {"MANNER": manners[place] if manners else ""},
            "",
        )
        notices = Notices()
        settings = PoolSettings(start_s=1.0)
        Pool(backend.start, backend.seats, settings, opened, notices).run(range(40))
        return notices.texts

    return make


@pytest.mark.parametrize("manner", ["dead", "silent"])
def test_a_place_where_no_worker_starts_is_given_up(
    run: Callable[..., list[str]], manner: str
) -> None:
    reason = {"dead": "no licence", "silent": "it said nothing for 1 s"}[manner]
    texts = run("slow", manner, kind=Unseen)
    assert sum("worker 1 is replaced" in text for text in texts) == 2
    assert f"worker 1 cannot be started: {reason}" in texts[-1].replace(
        "the process ended with status 1. ", ""
    )


@pytest.mark.parametrize("manner", ["dead", "silent"])
def test_a_run_without_any_worker_ends(run: Callable[..., list[str]], manner: str) -> None:
    with pytest.raises(RenderError, match="no worker can be started"):
        run(manner, manner)


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
    with pytest.raises(OutputError, match="Choose an --output that all machines share"):
        run()
