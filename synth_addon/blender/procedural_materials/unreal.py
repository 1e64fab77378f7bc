"""Patterns that imitate nothing, for domain randomization."""

from __future__ import annotations

from .canvas import Canvas


def connect_flat(canvas: Canvas) -> None:
    """Replace the whole material by one that scatters evenly: no gloss, no pattern."""
    graph = canvas.graph
    diffuse = graph.node("ShaderNodeBsdfDiffuse", {"Color": canvas.spec.colors[0]})
    graph.feed(canvas.output, "Surface", diffuse.output(0))


def connect_noise(canvas: Canvas) -> None:
    """Connect clouds of three colours."""
    graph, spec = canvas.graph, canvas.spec
    point = graph.vector("MULTIPLY", canvas.solid(), 1 / spec.scale_m)
    bend = graph.vector("MULTIPLY", graph.noise_vector(point, 1.0), spec.distortion)
    value = graph.noise(graph.vector("ADD", point, bend), 1.0, detail=1 + 5 * spec.variation)
    color = graph.mix(graph.remap(value, 0.35, 0.5, (0.0, 1.0)), spec.colors[0], spec.colors[1])
    canvas.paint(graph.mix(graph.remap(value, 0.5, 0.65, (0.0, 1.0)), color, spec.colors[2]))


def connect_checker(canvas: Canvas) -> None:
    """Connect squares of two colours, as long as the pattern's scale."""
    graph, spec = canvas.graph, canvas.spec
    x, y, _ = graph.separate(graph.vector("MULTIPLY", canvas.plane(), 1 / spec.scale_m))
    steps = graph.math("ADD", graph.math("FLOOR", x), graph.math("FLOOR", y))
    canvas.paint(graph.mix(graph.math("FLOORED_MODULO", steps, 2.0), *spec.colors[:2]))
