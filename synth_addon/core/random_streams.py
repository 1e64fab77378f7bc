"""Named random streams: one independent generator for each (seed, scene index, aspect)."""

from __future__ import annotations

from zlib import crc32

import numpy as np

# numpy before 1.25, which Blender 4.2 may bring, has it under its private name alone.
_SEED_SEQUENCE = "seed_seq" if hasattr(np.random.BitGenerator, "seed_seq") else "_seed_seq"


def random_stream(seed: int, scene: int, aspect: str) -> np.random.Generator:
    """Return the generator of one aspect of one scene.

    Any scene can be drawn without those before it, and a new aspect disturbs no other.

    Args:
        seed: the recipe's seed, not negative.
        scene: scene index, not negative.
        aspect: a name such as ``"lights"`` or ``"view 3 attempt 1"``.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(scene, crc32(aspect.encode())))
    return np.random.Generator(np.random.PCG64(sequence))


def stream_within(stream: np.random.Generator, aspect: str) -> np.random.Generator:
    """Return the generator of one aspect of what `stream` draws; takes nothing from `stream`.

    Args:
        stream: made by this module.
        aspect: a name such as ``"kind of material"``.
    """
    parent = getattr(stream.bit_generator, _SEED_SEQUENCE)
    assert isinstance(parent, np.random.SeedSequence)
    key = (*parent.spawn_key, crc32(aspect.encode()))
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(parent.entropy, spawn_key=key))
    )


def derived_seed(seed: int, scene: int, aspect: str) -> int:
    """Return a 31-bit seed for a renderer's own noise, fixed by the same three names."""
    return int(random_stream(seed, scene, aspect).integers(0, 2**31 - 1))
