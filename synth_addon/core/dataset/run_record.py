"""How a dataset was last asked for, kept beside it so that the run can be looked at and resumed.

The file's name starts with a dot: it is no part of the dataset, and no hash counts it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..errors import DatasetError
from .atomic import write_together

RUN_FILE = ".run.json"


@dataclass(frozen=True)
class RunRecord:
    """One run.

    Attributes:
        arguments: of ``synth``, with full paths, without ``--resume``.
        scenes: how many scenes it is to have made in the end.
        set_aside: scenes that were given up, with the reason.
    """

    arguments: tuple[str, ...]
    scenes: int
    set_aside: dict[int, str]


def write_run(directory: Path, run: RunRecord) -> None:
    """Keep how a dataset was asked for.

    Raises:
        StorageError: the disk is full or refuses.
    """
    plain = {
        "arguments": list(run.arguments),
        "scenes": run.scenes,
        "set_aside": {str(scene): reason for scene, reason in run.set_aside.items()},
    }
    write_together({directory / RUN_FILE: f"{json.dumps(plain, indent=1)}\n".encode()})


def read_run(directory: Path) -> RunRecord:
    """Return how a dataset was asked for.

    Raises:
        DatasetError: nothing is known of it, as of a dataset that was copied or merged.
    """
    path = directory / RUN_FILE
    try:
        plain = json.loads(path.read_bytes())
        return RunRecord(
            tuple(map(str, plain["arguments"])),
            int(plain["scenes"]),
            {int(scene): str(reason) for scene, reason in plain["set_aside"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{path}: does not say how the dataset was asked for. Run `synth generate` with its "
            "recipe and --resume"
        ) from error
