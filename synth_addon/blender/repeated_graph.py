"""Repeats the steps that made a node tree with other values: the nodes and links are there already.

Adding a node or a link, or setting a value, takes Blender 30 to 110 µs, the more the more nodes
there are in all materials: it looks through them each time. Finding that nothing is to be done
takes 2, and so does writing the array of a vector or colour, of which Blender takes no notice
before it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from .shader_graph import Link, ShaderGraph, Socket, Step, Value, components_of, given_by


class OtherStepsError(Exception):
    """The steps are not those that made the tree, which is as useless as if half made."""


class RepeatedGraph(ShaderGraph):
    """A tree that is there; values that are the same as before are left alone.

    Args:
        before: the steps that made the tree.
    """

    def __init__(self, tree: bpy.types.NodeTree, before: Sequence[Step]) -> None:
        super().__init__(tree)
        self._before = before

    def add(self, kind: str) -> bpy.types.Node:
        """Return the node that was added in this step."""
        step = self._same_step(kind)
        self.steps.append(step)
        return step.given

    def set(self, node: bpy.types.Node, name: str, value: Any) -> None:
        """Set a node's property, if it is another than before."""
        step = self._same_step(name)
        if step.given == value:
            self.steps.append(step)
        else:
            super().set(node, name, value)

    def feed(self, socket: Socket, value: Value) -> None:
        """Set an input, if its value is another than before; a link must be the same."""
        step, given = self._same_step(socket.as_pointer()), given_by(value)
        if step.given == given:
            self.steps.append(step)
        elif isinstance(step.given, Link) or isinstance(given, Link):
            raise OtherStepsError
        elif isinstance(value, tuple) and _is_array(socket):
            self.steps.append(Step(step.place, given))
            socket.default_value.foreach_set(components_of(socket, value))
        else:
            super().feed(socket, value)

    def finish(self) -> None:
        """Make sure that all steps have been repeated, and let Blender take notice.

        Raises:
            OtherStepsError: some have not.
        """
        if len(self.steps) < len(self._before):
            raise OtherStepsError
        self.tree.update_tag()

    def _same_step(self, place: str | int) -> Step:
        number = len(self.steps)
        if number >= len(self._before) or self._before[number].place != place:
            raise OtherStepsError
        return self._before[number]


def _is_array(socket: Socket) -> bool:
    """Tell whether an input's value is an array, which Euler angles are not."""
    return isinstance(socket.default_value, bpy.types.bpy_prop_array)
