"""A stream whose instances render nothing: random pictures, or one again and again.

    python benchmarks/scripted_stream.py --frames 10000 --instances 3 --checked

starts the stream and writes its address as a JSON line, as `synth stream --json` does. It is what
`benchmarks/stream.py` measures the transport with, and what tests try faults on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from synth_addon import __version__
from synth_addon.broker.broker import Broker, BrokerSettings
from synth_addon.broker.door import Door
from synth_addon.broker.frame_publisher import FramePublisher, Stopped
from synth_addon.broker.recipe_versions import RecipeVersions
from synth_addon.broker.streaming_copies import with_streaming_copies
from synth_addon.commands.stream import TOKEN
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.random_streams import random_stream
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.farm.backend import local_backend
from synth_addon.farm.crew import PoolSettings
from synth_addon.farm.orders import Orders
from synth_addon.farm.protocol import HEARTBEAT_S, PROTOCOL
from synth_addon.stream.frame_layout import frame_layout
from synth_addon.stream.keys import server_keys

HANG = "SCRIPTED_HANG_ON"
"""Variable with the scene that stops its process for good, heart and all."""
LONG = "SCRIPTED_LONG_TEXT"
"""Variable that makes annotations longer than their room in a slot."""


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--frames", type=int, default=1_000_000_000)
    add("--views", type=int, default=1, help="frames of a scene")
    add("--size", default="64x48", metavar="WIDTHxHEIGHT")
    add("--instances", type=int, default=1)
    add("--queue", type=int, default=16)
    add("--lent", type=int)
    add("--address", default="tcp://127.0.0.1:*")
    add("--silence", type=float, default=5.0, help="seconds until a silent instance is replaced")
    add("--slow", type=float, default=1800.0, help="seconds until a slow instance is replaced")
    add("--keys", type=Path, metavar="DIR")
    add("--checked", action="store_true", help="random pictures, with their hash beside them")
    add("--pause", type=float, default=0.0, help="seconds before each frame")
    add("--instance", action="store_true", help="be one instance")
    return parser


def write(event: str, **values: object) -> None:
    with _WRITING:
        sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
        sys.stdout.flush()


_WRITING = threading.Lock()


def beat() -> None:
    while True:
        write("heartbeat", memory_mib=0.0)
        time.sleep(HEARTBEAT_S)


def be_instance(options: argparse.Namespace) -> None:
    width, height = map(int, options.size.split("x"))
    layout = frame_layout({"image": ("uint8", (height, width, 3))})
    publisher = FramePublisher(layout, write)
    orders = Orders(sys.stdin)
    orders.other = publisher.take
    threading.Thread(target=beat, daemon=True).start()
    process = os.getpid()
    hello = {"protocol": PROTOCOL, "synth": __version__, "process": process, "info": None}
    write("hello", layout=layout.to_json(), **hello)
    picture = np.full((height, width, 3), 127, np.uint8)
    text = json.dumps({"objects": [{"category": "cube", "visible_box": [1.0, 2.0, 30.0, 40.0]}]})
    try:
        for scene in orders.scenes(lambda: False):
            write("begin", scene=scene)
            if os.environ.get(HANG) == str(scene) and not Path(f"{HANG}.{scene}").exists():
                Path(f"{HANG}.{scene}").touch()
                os.kill(process, 19)
            for view in range(options.views):
                publisher.make_room()
                if options.pause:
                    time.sleep(options.pause)
                frame = scene * options.views + view
                if options.checked:
                    picture = random_stream(0, frame, "pixels").integers(
                        0, 256, (height, width, 3), np.uint8
                    )
                    digest = hashlib.sha256(picture.tobytes()).hexdigest()
                    filler = "x" * (100_000 if LONG in os.environ and frame % 3 == 0 else 0)
                    text = json.dumps({"frame": frame, "sha256": digest, "filler": filler})
                publisher.fill([picture], text.encode(), (frame, scene, view, 0, 0))
            publisher.flush()
            write("scene", scene=scene, entry="", bytes=0)
    except Stopped:
        pass


def wait_for_end(has_ended: threading.Event) -> None:
    for line in sys.stdin:
        if "stop" in line:
            break
    has_ended.set()


def be_stream(options: argparse.Namespace, arguments: list[str]) -> None:
    keys = server_keys(options.keys) if options.keys is not None else None
    door = Door(options.address, keys)
    write("stream", address=door.address)
    command = [sys.executable, __file__, *arguments, "--instance"]
    environment = with_streaming_copies(lambda place: {})
    backend = local_backend(command, options.instances, environment, "")
    versions = RecipeVersions(load_recipe("cube"), lambda new: AssetCatalog({}, {}, (), {}))
    settings = BrokerSettings(options.queue, options.lent, os.environ.get(TOKEN, ""))
    has_ended = threading.Event()
    threading.Thread(target=wait_for_end, args=(has_ended,), daemon=True).start()

    def check() -> None:
        if has_ended.is_set():
            raise KeyboardInterrupt

    watching = PoolSettings(silence_s=options.silence, start_s=60.0, scene_s=options.slow)
    Broker(
        door,
        backend.start,
        options.instances,
        watching,
        versions,
        range(-(-options.frames // options.views)),
        settings,
        lambda text: write("warning", message=text),
        began=lambda: write("ready"),
        check=check,
    ).run()


if __name__ == "__main__":
    chosen = parser().parse_args()
    with suppress(KeyboardInterrupt):
        be_instance(chosen) if chosen.instance else be_stream(chosen, sys.argv[1:])
