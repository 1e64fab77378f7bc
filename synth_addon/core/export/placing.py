"""Puts files into an export."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..errors import DatasetError

_PNG_END = b"IEND\xaeB`\x82"


def place_file(source: Path, target: Path, *, hardlink: bool) -> None:
    """Put a file of the dataset into an export, by a link where that is asked for and possible.

    Raises:
        DatasetError: the file is missing, or a picture that is cut off.
        OSError: the disk refuses.
    """
    check_whole(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    if hardlink:
        try:
            os.link(source, target)
        except OSError:  # another disk, or one without links
            pass
        else:
            return
    shutil.copyfile(source, target)


def whole_bytes(source: Path) -> bytes:
    """Return what a file of the dataset holds.

    Raises:
        DatasetError: it is missing, or a picture that is cut off.
    """
    check_whole(source)
    return source.read_bytes()


def check_whole(source: Path) -> None:
    """Look whether a file is there, and a PNG not cut off; what is in it is not read.

    Raises:
        DatasetError: it is not so.
    """
    try:
        with source.open("rb") as file:
            if source.suffix == ".png":
                file.seek(-min(len(_PNG_END), source.stat().st_size), os.SEEK_END)
                if file.read() != _PNG_END:
                    raise DatasetError(f"{source}: is cut off. `synth validate` lists what to do")
    except FileNotFoundError as error:
        raise DatasetError(f"{source}: is missing. `synth validate` lists what to do") from error
