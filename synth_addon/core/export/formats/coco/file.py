"""COCO's JSON files, written and read with the memory of one item.

COCO wants all images before all annotations. A frame's annotations wait in an unnamed temporary
file while the images are written. Every item is one line, so the file reads back line by line.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

Item = dict[str, Any]
Section = Literal["categories", "images", "annotations"]

_INFO = {"description": "Synthetic images and annotations made by Synth", "version": "1"}
_END = b"\n]}\n"


@dataclass
class ItemList:
    """The items of one section, each on a line of its own."""

    file: IO[bytes]
    empty: bool = True

    def add(self, item: Item) -> None:
        """Write one more."""
        self.file.write(b"\n" if self.empty else b",\n")
        self.file.write(_json(item))
        self.empty = False


@dataclass(frozen=True)
class CocoFile:
    """A file that is being written."""

    images: ItemList
    annotations: ItemList


@contextmanager
def coco_file(path: Path, categories: Iterable[Item]) -> Iterator[CocoFile]:
    """Write a COCO file; it is complete once the context is left.

    Raises:
        OSError: writing fails.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file, tempfile.TemporaryFile(dir=path.parent) as waiting:
        file.write(b'{"info":' + _json(_INFO) + b',"licenses":[],\n"categories":[')
        listed = ItemList(file)
        for category in categories:
            listed.add(category)
        file.write(b'\n],\n"images":[')
        yield CocoFile(ItemList(file), ItemList(waiting))
        file.write(b'\n],\n"annotations":[')
        waiting.seek(0)
        shutil.copyfileobj(waiting, file)
        file.write(_END)


def read_items(path: Path, section: Section) -> Iterator[Item]:
    """Yield the items of one section of a file that `coco_file` has written, one at a time.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is cut off, or a line is damaged.
    """
    begins, inside, last = f'"{section}":['.encode(), False, b""
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b'"'):
                inside = line.rstrip() == begins
            elif inside and line.startswith(b"{"):
                yield json.loads(line.rstrip(b",\r\n"))
            last = line
    if last != _END.lstrip():
        raise ValueError(f"{path.name} is cut off")


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
