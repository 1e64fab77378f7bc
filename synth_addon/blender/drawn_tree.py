"""Makes in Blender what a plan of a node tree says.

Adding a node or a link takes Blender 30 to 60 µs, a hundred times what it takes to see that
another plan has the same; so trees are kept and given other values.
"""

from __future__ import annotations

import bpy

from .images import ImageLibrary
from .node_inputs import NodeInputs
from .shader_graph import NodePlan, TreePlan


class DrawnTree:
    """The nodes of a plan in a Blender node tree.

    Args:
        tree: has the nodes that the plan takes for present, by their names.

    Attributes:
        plan: what is there now.
    """

    def __init__(self, tree: bpy.types.NodeTree, plan: TreePlan, images: ImageLibrary) -> None:
        self.plan = plan
        self._tree = tree
        self._images = images
        self._nodes = [
            tree.nodes.new(node.kind) if node.is_new else tree.nodes[node.kind]
            for node in plan.nodes
        ]
        pairs = list(zip(self._nodes, plan.nodes, strict=True))
        for node, planned in pairs:
            for name, value in planned.settings:
                setattr(node, name, value)
        for node, planned in pairs:
            self._link(node, planned)
        self._inputs = [NodeInputs(node, planned.inputs) for node, planned in pairs]
        self._filled = [n for n, node in enumerate(plan.nodes) if node.inputs or node.images]
        for number in self._filled:
            self._fill(number)
        tree.update_tag()

    def change(self, plan: TreePlan) -> None:
        """Give the nodes the values of a plan of the same outline."""
        before, self.plan = self.plan, plan
        for number in self._filled:
            same = before.values[number] == plan.values[number]
            if not same or before.images[number] != plan.images[number]:
                self._fill(number)
        self._tree.update_tag()

    def _link(self, node: bpy.types.Node, planned: NodePlan) -> None:
        if not planned.is_new:
            for key in planned.inputs:
                for link in list(node.inputs[key].links):
                    self._tree.links.remove(link)
        for key, source, output in planned.links:
            self._tree.links.new(self._nodes[source].outputs[output], node.inputs[key])

    def _fill(self, number: int) -> None:
        node, planned = self._nodes[number], self.plan.nodes[number]
        for name, image in zip(planned.images, self.plan.images[number], strict=True):
            setattr(node, name, self._images.load(image.file, is_data=image.is_data))
        self._inputs[number].write(self.plan.values[number])
