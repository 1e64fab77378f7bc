"""Keeps track of what was created in Blender, so that all of it can be removed again."""

from __future__ import annotations

from typing import TypeVar

import bpy

Block = TypeVar("Block", bound=bpy.types.ID)


class Datablocks:
    """A set of Blender datablocks that live and die together."""

    def __init__(self) -> None:
        self._blocks: list[bpy.types.ID] = []

    def own(self, block: Block) -> Block:
        """Take charge of a new datablock and return it."""
        self._blocks.append(block)
        return block

    def __len__(self) -> int:
        return len(self._blocks)

    def remove_all(self) -> None:
        """Remove every datablock in charge from Blender."""
        if self._blocks:
            bpy.data.batch_remove(ids=self._blocks)
        self._blocks = []
