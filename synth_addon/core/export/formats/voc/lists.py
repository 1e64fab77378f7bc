"""VOC's lists of frames, and the names that they have on any disk."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

CLASSES = "classes.txt"
MAIN = "ImageSets/Main"
SEGMENTATION = "ImageSets/Segmentation"


def list_names(classes: Sequence[str], parts: Sequence[str]) -> dict[str, str]:
    """Return the classes by names that files may have, in their order.

    Names of lists, NAME_PART.txt, then differ from each other and from PART.txt on any disk.
    """
    taken = {_as_on_disk(part) for part in parts}
    found: dict[str, str] = {}
    for name in classes:
        safe = re.sub(r"[^\w-]", "_", name)[:60]
        number, candidate = 1, safe
        while taken & (lists := {_as_on_disk(f"{candidate}_{part}") for part in parts}):
            number += 1
            candidate = f"{safe}_{number}"
        taken |= lists
        found[candidate] = name
    return found


def classes_text(files: Mapping[str, str]) -> str:
    """Return the content of `CLASSES`: names of files and names of classes."""
    return "".join(
        f"{file} {json.dumps(name, ensure_ascii=False)}\n" for file, name in files.items()
    )


def append_frames(
    folder: Path,
    part: str,
    files: Sequence[str],
    batch: Sequence[tuple[str, set[int]]],
    segmentation: bool,
) -> None:
    """Append frames to the part's lists; files are opened in turn, as there may be many classes."""
    for place in {MAIN, (SEGMENTATION if segmentation else MAIN)}:
        _append_lines(folder / place / f"{part}.txt", (name for name, _ in batch))
    for number, file in enumerate(files, start=1):
        lines = (f"{name} {1 if number in shown else -1:2d}" for name, shown in batch)
        _append_lines(folder / MAIN / f"{file}_{part}.txt", lines)


def _append_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def list_problems(folder: Path, part: str, file: str, expected: int) -> Iterator[str]:
    """Yield what is wrong with the list of one class.

    Args:
        expected: how many frames show the class.
    """
    name = f"{MAIN}/{file}"
    if not (folder / name).is_file():
        yield f"{name}: is missing"
        return
    shown = 0
    for frame, line in zip_longest(
        lines_of(folder / MAIN / f"{part}.txt"), lines_of(folder / name)
    ):
        listed, _, flag = (line or "").partition(" ")
        if listed != frame or flag.strip() not in ("1", "-1"):
            yield f"{name}: does not list the frames of {part}.txt, each with 1 or -1"
            return
        shown += flag.strip() == "1"
    if shown != expected:
        yield f"{name}: lists {shown} frames with the class, Annotations has {expected}"


def is_same(folder: Path, one: str, other: str, part: str) -> bool:
    """Return whether two folders of lists have the same list of a part."""
    paths = [folder / place / f"{part}.txt" for place in (one, other)]
    return all(path.is_file() for path in paths) and all(
        first == second for first, second in zip_longest(*map(lines_of, paths))
    )


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file without their ends."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def _as_on_disk(name: str) -> str:
    """Return what disks that fold case or compose letters make of a name."""
    return unicodedata.normalize("NFKC", name).casefold()
