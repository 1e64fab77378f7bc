"""Writes shader node trees as expressions: every function adds nodes and returns an output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy

Socket = bpy.types.NodeSocket
Value = Socket | float | tuple[float, ...]
"""What goes into an input: another node's output, a number, or a vector or colour."""


@dataclass(frozen=True)
class Link:
    """The output that an input is linked to, by its address: sockets may go while nodes stay."""

    source: int


@dataclass(frozen=True, eq=False)
class Step:
    """One thing that was done to a tree.

    Attributes:
        place: the kind of a node that was added, the name of a property, or an input's address.
        given: the node, the property's value, or the input's `Link` or value.
    """

    place: str | int
    given: Any


class ShaderGraph:
    """The node tree of one material.

    Attributes:
        steps: all that was done, in this order.
    """

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree = tree
        self.steps: list[Step] = []

    def node(
        self, kind: str, inputs: Mapping[str | int, Value] | None = None, **settings: Any
    ) -> bpy.types.Node:
        """Add a node; `inputs` are by name or number, `settings` are its properties."""
        node = self.add(kind)
        for name, value in settings.items():
            self.set(node, name, value)
        for key, given in (inputs or {}).items():
            self.feed(node.inputs[key], given)
        return node

    def add(self, kind: str) -> bpy.types.Node:
        """Add a node with all inputs and properties as Blender has them."""
        node = self.tree.nodes.new(kind)
        self.steps.append(Step(kind, node))
        return node

    def set(self, node: bpy.types.Node, name: str, value: Any) -> None:
        """Set a node's property."""
        setattr(node, name, value)
        self.steps.append(Step(name, value))

    def feed(self, socket: Socket, value: Value) -> None:
        """Link or set an input."""
        self.steps.append(Step(socket.as_pointer(), given_by(value)))
        if isinstance(value, Socket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = components_of(socket, value)

    def math(self, operation: str, a: Value, b: Value = 0.0, *, clamp: bool = False) -> Socket:
        """Return a number computed from two."""
        node = self.node("ShaderNodeMath", {0: a, 1: b}, operation=operation, use_clamp=clamp)
        return node.outputs[0]

    def vector(self, operation: str, a: Value, b: Value = (0.0, 0.0, 0.0)) -> Socket:
        """Return a vector computed from two; a bare number is each component."""
        first, second = (_triple(value) for value in (a, b))
        node = self.node("ShaderNodeVectorMath", {0: first, 1: second}, operation=operation)
        scalar = operation in {"DOT_PRODUCT", "LENGTH", "DISTANCE"}
        return node.outputs["Value" if scalar else "Vector"]

    def rotated(self, vector: Value, euler: tuple[float, float, float]) -> Socket:
        """Return a vector turned by XYZ Euler angles."""
        inputs: dict[str | int, Value] = {"Vector": vector, "Rotation": euler}
        node = self.node("ShaderNodeVectorRotate", inputs, rotation_type="EULER_XYZ")
        return node.outputs["Vector"]

    def separate(self, vector: Value) -> tuple[Socket, Socket, Socket]:
        """Return the components of a vector."""
        x, y, z = self.node("ShaderNodeSeparateXYZ", {0: vector}).outputs
        return x, y, z

    def combine(self, x: Value, y: Value, z: Value = 0.0) -> Socket:
        """Return the vector of three components."""
        return self.node("ShaderNodeCombineXYZ", {0: x, 1: y, 2: z}).outputs[0]

    def mix(self, factor: Value, a: Value, b: Value, blend: str = "MIX") -> Socket:
        """Return a colour between two, or blended from them as paint programs do."""
        node = self.node("ShaderNodeMix", data_type="RGBA", blend_type=blend)
        for number, value in ((0, factor), (6, a), (7, b)):  # names repeat for each data type
            self.feed(node.inputs[number], value)
        return node.outputs[2]

    def mix_vectors(self, factor: Value, a: Value, b: Value) -> Socket:
        """Return a vector between two."""
        node = self.node("ShaderNodeMix", data_type="VECTOR")
        for number, value in ((0, factor), (4, a), (5, b)):
            self.feed(node.inputs[number], value)
        return node.outputs[1]

    def remap(self, value: Value, low: float, high: float, to: tuple[float, float]) -> Socket:
        """Return `value` moved from low..high to the two limits in `to`, smoothly, and clamped."""
        inputs: dict[str | int, Value] = {0: value, 1: low, 2: high, 3: to[0], 4: to[1]}
        node = self.node("ShaderNodeMapRange", inputs, interpolation_type="SMOOTHSTEP")
        return node.outputs[0]

    def noise(
        self, vector: Value, scale: float, *, detail: float = 3.0, roughness: float = 0.5
    ) -> Socket:
        """Return fractal noise around 0.5 with `scale` bumps a unit."""
        return self._noise(vector, scale, detail, roughness).outputs[0]

    def noise_vector(self, vector: Value, scale: float, *, detail: float = 2.0) -> Socket:
        """Return three independent noises around 0."""
        node = self._noise(vector, scale, detail, 0.5)
        return self.vector("SUBTRACT", node.outputs[1], (0.5, 0.5, 0.5))

    def _noise(
        self, vector: Value, scale: float, detail: float, roughness: float
    ) -> bpy.types.Node:
        inputs: dict[str | int, Value]
        inputs = {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": roughness}
        return self.node("ShaderNodeTexNoise", inputs)

    def bump(self, height: Value, distance_m: float, normal: Value | None = None) -> Socket:
        """Return the normal of a surface with a relief of `height` times `distance_m`."""
        inputs: dict[str | int, Value] = {"Height": height, "Distance": distance_m, "Strength": 1.0}
        if normal is not None:
            inputs["Normal"] = normal
        return self.node("ShaderNodeBump", inputs).outputs[0]


def given_by(value: Value) -> Link | float | tuple[float, ...]:
    """Return what a step keeps of a value."""
    return Link(value.as_pointer()) if isinstance(value, Socket) else value


def components_of(socket: Socket, value: float | tuple[float, ...]) -> float | tuple[float, ...]:
    """Return a value with as many components as an input has: colours are opaque."""
    if isinstance(value, tuple) and len(value) == 3 and socket.type == "RGBA":
        return (*value, 1.0)
    return value


def _triple(value: Value) -> Value:
    return (value,) * 3 if isinstance(value, int | float) else value
