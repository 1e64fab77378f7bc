"""Repeats the steps that made a node tree with other values: the nodes and links are there already.

Adding a node or a link takes Blender 30 to 60 µs; finding that nothing is to be done takes 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from .node_inputs import NodeInputs
from .shader_graph import Link, ShaderGraph, Socket, Step, Value, components_of, given_by


class OtherStepsError(Exception):
    """The steps are not those that made the tree, which is as useless as if half made."""


class RepeatedGraph(ShaderGraph):
    """A tree that is there; values that are the same as before are left alone.

    Args:
        before: the steps that made the tree.
        inputs: of its nodes, by their addresses; those that are needed are added.
    """

    def __init__(
        self, tree: bpy.types.NodeTree, before: Sequence[Step], inputs: dict[int, NodeInputs]
    ) -> None:
        super().__init__(tree)
        self._before = before
        self._inputs = inputs

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
        elif (inputs := self._inputs_of(socket.node)).are_numbers:
            self.steps.append(Step(step.place, given))
            inputs.put(step.place, components_of(socket, given))
        else:
            super().feed(socket, value)

    def finish(self) -> None:
        """Make sure that all steps have been repeated, and let Blender take notice.

        Raises:
            OtherStepsError: some have not.
        """
        if len(self.steps) < len(self._before):
            raise OtherStepsError
        for inputs in self._inputs.values():
            inputs.write()
        self.tree.update_tag()

    def _inputs_of(self, node: bpy.types.Node) -> NodeInputs:
        address = node.as_pointer()
        if address not in self._inputs:
            self._inputs[address] = NodeInputs(node)
        return self._inputs[address]

    def _same_step(self, place: str | int) -> Step:
        number = len(self.steps)
        if number >= len(self._before) or self._before[number].place != place:
            raise OtherStepsError
        return self._before[number]
