"""Puts files into an export."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def place_file(source: Path, target: Path, *, hardlink: bool) -> None:
    """Put a file of the dataset into an export, by a link where that is asked for and possible.

    Raises:
        OSError: the file is missing, or the disk refuses.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if hardlink:
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:  # another disk, or one without links
            pass
        else:
            return
    shutil.copyfile(source, target)
