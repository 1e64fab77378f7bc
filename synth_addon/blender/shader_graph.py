"""Plans shader node trees as expressions: every function adds a node and returns an output.

Nothing here needs Blender, so that trees can be planned in any thread; `DrawnTree` obeys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Key = str | int
"""The name or number of an input or output of a node."""


@dataclass(frozen=True)
class Output:
    """An output of a node, which is given by its number in the plan."""

    node: int
    key: Key


@dataclass(frozen=True)
class ImageFile:
    """An image that a node shows; `is_data` where its values are no colours."""

    file: str
    is_data: bool


@dataclass(frozen=True, eq=False)
class Node:
    """A node of a plan.

    Attributes:
        kind: Blender's identifier of its type, or the name of a node that is there already.
        inputs: what goes into them; those that are left out have the values that Blender gives.
    """

    number: int
    kind: str
    is_new: bool
    settings: Mapping[str, Any]
    inputs: dict[Key, Value] = field(default_factory=dict)

    def output(self, key: Key) -> Output:
        """Return one of its outputs."""
        return Output(self.number, key)


Number = float | tuple[float, ...]
Value = Output | Number
"""What goes into an input: another node's output, a number, or a vector or colour."""


class NodePlan(NamedTuple):
    """All that makes a node, but for the values of images and inputs.

    Attributes:
        links: inputs, each with the number of a node and the output there that it is linked to.
        images: properties that are an image.
        inputs: those that have a value.
    """

    kind: str
    is_new: bool
    settings: tuple[tuple[str, Any], ...]
    links: tuple[tuple[Key, int, Key], ...]
    images: tuple[str, ...]
    inputs: tuple[Key, ...]


@dataclass(frozen=True, eq=False)
class TreePlan:
    """A node tree, or what is added to one.

    Attributes:
        nodes: in the order in which they are made.
        outline: the same for all plans of equal `nodes`: one becomes the other by its values alone.
        values: of the inputs in `nodes`, node by node.
        images: the files of the images in `nodes`, node by node.
    """

    nodes: tuple[NodePlan, ...]
    outline: str
    values: tuple[tuple[Number, ...], ...]
    images: tuple[tuple[ImageFile, ...], ...]


class ShaderGraph:
    """A node tree that is being planned."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._present: dict[str, Node] = {}

    @property
    def plan(self) -> TreePlan:
        """The plan of all nodes so far."""
        nodes = tuple(_node_plan(node) for node in self._nodes)
        return TreePlan(
            nodes,
            repr(nodes),
            values=tuple(tuple(_numbers(node).values()) for node in self._nodes),
            images=tuple(tuple(_images(node).values()) for node in self._nodes),
        )

    def present(self, name: str) -> Node:
        """Return a node that the tree has already, and of which only inputs are changed."""
        if name not in self._present:
            self._present[name] = self._add(name, False, {})
        return self._present[name]

    def node(self, kind: str, inputs: Mapping[Key, Value] | None = None, **settings: Any) -> Node:
        """Add a node; `inputs` are by name or number, `settings` are its properties."""
        node = self._add(kind, True, settings)
        node.inputs.update(inputs or {})
        return node

    def _add(self, kind: str, is_new: bool, settings: Mapping[str, Any]) -> Node:
        node = Node(len(self._nodes), kind, is_new, settings)
        self._nodes.append(node)
        return node

    def feed(self, node: Node, key: Key, value: Value) -> None:
        """Link or set an input."""
        node.inputs[key] = value

    def math(self, operation: str, a: Value, b: Value = 0.0, *, clamp: bool = False) -> Output:
        """Return a number computed from two."""
        node = self.node("ShaderNodeMath", {0: a, 1: b}, operation=operation, use_clamp=clamp)
        return node.output(0)

    def vector(self, operation: str, a: Value, b: Value = (0.0, 0.0, 0.0)) -> Output:
        """Return a vector computed from two; a bare number is each component."""
        first, second = (_triple(value) for value in (a, b))
        node = self.node("ShaderNodeVectorMath", {0: first, 1: second}, operation=operation)
        scalar = operation in {"DOT_PRODUCT", "LENGTH", "DISTANCE"}
        return node.output("Value" if scalar else "Vector")

    def rotated(self, vector: Value, euler: tuple[float, float, float]) -> Output:
        """Return a vector turned by XYZ Euler angles."""
        inputs: dict[Key, Value] = {"Vector": vector, "Rotation": euler}
        node = self.node("ShaderNodeVectorRotate", inputs, rotation_type="EULER_XYZ")
        return node.output("Vector")

    def separate(self, vector: Value) -> tuple[Output, Output, Output]:
        """Return the components of a vector."""
        node = self.node("ShaderNodeSeparateXYZ", {0: vector})
        return node.output(0), node.output(1), node.output(2)

    def combine(self, x: Value, y: Value, z: Value = 0.0) -> Output:
        """Return the vector of three components."""
        return self.node("ShaderNodeCombineXYZ", {0: x, 1: y, 2: z}).output(0)

    def mix(self, factor: Value, a: Value, b: Value, blend: str = "MIX") -> Output:
        """Return a colour between two, or blended from them as paint programs do."""
        inputs: dict[Key, Value] = {0: factor, 6: a, 7: b}  # names repeat for each data type
        node = self.node("ShaderNodeMix", inputs, data_type="RGBA", blend_type=blend)
        return node.output(2)

    def mix_vectors(self, factor: Value, a: Value, b: Value) -> Output:
        """Return a vector between two."""
        node = self.node("ShaderNodeMix", {0: factor, 4: a, 5: b}, data_type="VECTOR")
        return node.output(1)

    def remap(self, value: Value, low: float, high: float, to: tuple[float, float]) -> Output:
        """Return `value` moved from low..high to the two limits in `to`, smoothly, and clamped."""
        inputs: dict[Key, Value] = {0: value, 1: low, 2: high, 3: to[0], 4: to[1]}
        node = self.node("ShaderNodeMapRange", inputs, interpolation_type="SMOOTHSTEP")
        return node.output(0)

    def noise(
        self, vector: Value, scale: float, *, detail: float = 3.0, roughness: float = 0.5
    ) -> Output:
        """Return fractal noise around 0.5 with `scale` bumps a unit."""
        return self._noise(vector, scale, detail, roughness).output(0)

    def noise_vector(self, vector: Value, scale: float, *, detail: float = 2.0) -> Output:
        """Return three independent noises around 0."""
        node = self._noise(vector, scale, detail, 0.5)
        return self.vector("SUBTRACT", node.output(1), (0.5, 0.5, 0.5))

    def _noise(self, vector: Value, scale: float, detail: float, roughness: float) -> Node:
        inputs: dict[Key, Value]
        inputs = {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": roughness}
        return self.node("ShaderNodeTexNoise", inputs)

    def bump(self, height: Value, distance_m: float, normal: Value | None = None) -> Output:
        """Return the normal of a surface with a relief of `height` times `distance_m`."""
        inputs: dict[Key, Value] = {"Height": height, "Distance": distance_m, "Strength": 1.0}
        if normal is not None:
            inputs["Normal"] = normal
        return self.node("ShaderNodeBump", inputs).output(0)


def _node_plan(node: Node) -> NodePlan:
    images, numbers = _images(node), _numbers(node)
    return NodePlan(
        node.kind,
        node.is_new,
        settings=tuple(pair for pair in node.settings.items() if pair[0] not in images),
        links=tuple(
            (key, value.node, value.key)
            for key, value in node.inputs.items()
            if isinstance(value, Output)
        ),
        images=tuple(images),
        inputs=tuple(numbers),
    )


def _images(node: Node) -> dict[str, ImageFile]:
    return {key: value for key, value in node.settings.items() if isinstance(value, ImageFile)}


def _numbers(node: Node) -> dict[Key, Number]:
    return {key: value for key, value in node.inputs.items() if not isinstance(value, Output)}


def _triple(value: Value) -> Value:
    return (value,) * 3 if isinstance(value, int | float) else value
