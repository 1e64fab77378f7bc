"""How a dataset was last asked for, kept beside it so that the run can be looked at and resumed.

The file's name starts with a dot: it is no part of the dataset, and no hash counts it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..errors import DatasetError
from .local_folder import LocalFolder
from .object_folder import ObjectFolder

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


def write_run(folder: LocalFolder | ObjectFolder, run: RunRecord) -> None:
    """Keep how a dataset was asked for.

    Raises:
        StorageError: the disk or store is full or refuses.
    """
    plain = {
        "arguments": list(run.arguments),
        "scenes": run.scenes,
        "set_aside": {str(scene): reason for scene, reason in run.set_aside.items()},
    }
    folder.put({RUN_FILE: f"{json.dumps(plain, indent=1)}\n".encode()})


def read_run(folder: LocalFolder | ObjectFolder) -> RunRecord:
    """Return how a dataset was asked for.

    Raises:
        DatasetError: nothing is known of it, as of a dataset that was copied or merged.
    """
    try:
        plain = json.loads(folder.read(RUN_FILE))
        return RunRecord(
            tuple(map(str, plain["arguments"])),
            int(plain["scenes"]),
            {int(scene): str(reason) for scene, reason in plain["set_aside"].items()},
        )
    except (DatasetError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{folder.place}/{RUN_FILE}: does not say how the dataset was asked for. "
            "Run `synth generate` with its recipe and --resume"
        ) from error
