"""Equal and nearly equal pictures."""

from __future__ import annotations

import json
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.report.duplicates import (
    NEAR_BITS,
    difference_hash,
    equal_groups,
    near_groups,
)

flips = st.sets(st.integers(0, 63), max_size=7)


@given(st.lists(st.tuples(st.sampled_from([0, 2**64 - 1, 0x0F0F0F0F0F0F0F0F]), flips), max_size=25))
def test_bands_find_what_comparing_all_pairs_finds(near: list[tuple[int, set[int]]]) -> None:
    hashes = [value ^ sum(1 << bit for bit in bits) for value, bits in near]
    linked = {place: {place} for place in range(len(hashes))}
    for one, other in combinations(range(len(hashes)), 2):
        if (hashes[one] ^ hashes[other]).bit_count() <= NEAR_BITS:
            merged = linked[one] | linked[other]
            for place in merged:
                linked[place] = merged
    expected = {tuple(sorted(group)) for group in linked.values() if len(group) > 1}
    assert near_groups(hashes) == sorted(map(list, expected))


def test_small_changes_keep_the_hash_and_other_pictures_do_not() -> None:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (12, 16, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC)
    pixels = np.asarray(picture, np.int16)
    noisy = Image.fromarray((pixels + rng.integers(-4, 5, pixels.shape)).clip(0, 255).astype("u1"))
    small = picture.resize((160, 120))
    other = Image.fromarray(coarse[::-1].copy()).resize((320, 240))
    mine = difference_hash(picture)
    assert (mine ^ difference_hash(noisy)).bit_count() <= NEAR_BITS
    assert (mine ^ difference_hash(small)).bit_count() <= NEAR_BITS
    assert (mine ^ difference_hash(other)).bit_count() > 12


def test_equal_files_are_found_in_the_journal(directory: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    shutil.copytree(directory, folder)
    assert equal_groups(open_dataset(folder)) == []
    journal = folder / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    name = "images/000000/00000000{}.png".format
    for frame, entry in ((5, lines[2]), (9, lines[4])):
        entry["files"][name(frame)] = lines[0]["files"][name(1)]
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    assert equal_groups(open_dataset(folder)) == [[1, 5, 9]]
