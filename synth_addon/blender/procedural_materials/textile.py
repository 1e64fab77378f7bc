"""Carpet and woven fabric."""

from __future__ import annotations

from ..shader_graph import Output
from .canvas import Canvas

_BAND_THREADS = 24.0


def connect_carpet(canvas: Canvas) -> None:
    """Connect tufts, each of its own tone, and patches where the pile lies another way."""
    graph, spec = canvas.graph, canvas.spec
    point = canvas.plane()
    tufts = graph.vector("MULTIPLY", point, 1 / spec.scale_m)
    jitter = graph.vector("MULTIPLY", graph.noise_vector(tufts, 2.0), 1.2 * spec.distortion)
    cells = graph.node(
        "ShaderNodeTexVoronoi",
        {"Vector": graph.vector("ADD", tufts, jitter), "Scale": 1.0},
        voronoi_dimensions="2D",
    )
    own, _, _ = graph.separate(cells.output("Color"))
    height = graph.remap(cells.output("Distance"), 0.0, 0.75, (1.0, 0.0))
    pile = graph.remap(graph.noise(point, 5.0, detail=4), 0.35, 0.65, (0.0, 0.5))
    mix = graph.math("ADD", graph.math("MULTIPLY", own, 0.5), pile)
    color = graph.mix(graph.math("MULTIPLY", mix, spec.variation), spec.colors[0], spec.colors[1])
    fibres = graph.noise(tufts, 6.0, detail=2)
    shade = graph.remap(fibres, 0.3, 0.7, (0.6, 1.3))
    color = graph.mix(1.0, color, graph.combine(shade, shade, shade), "MULTIPLY")
    deep = graph.remap(height, 0.0, 0.5, (0.4, 0.0))
    relief = graph.math("ADD", height, graph.math("MULTIPLY", fibres, 0.8))
    canvas.paint(graph.mix(deep, color, spec.colors[2]), height=relief)
    graph.feed(canvas.principled, "Sheen Weight", 0.4)


def connect_fabric(canvas: Canvas) -> None:
    """Connect a plain weave: at every crossing one thread lies above the other."""
    graph, spec = canvas.graph, canvas.spec
    point = graph.vector("MULTIPLY", canvas.plane(), 1 / spec.scale_m)
    jitter = graph.vector("MULTIPLY", graph.noise_vector(point, 0.5), 0.8 * spec.distortion)
    x, y, _ = graph.separate(graph.vector("ADD", point, jitter))
    steps = graph.math("ADD", graph.math("FLOOR", x), graph.math("FLOOR", y))
    above = graph.math("FLOORED_MODULO", steps, 2.0)
    along_x, along_y = _thread(canvas, y, x), _thread(canvas, x, y)
    height = _choose(canvas, above, along_x, along_y)
    banded = _choose(canvas, above, _band(canvas, y), _band(canvas, x))
    color = graph.mix(
        graph.math("MULTIPLY", banded, spec.variation), spec.colors[0], spec.colors[1]
    )
    yarn = graph.remap(graph.noise(point, 3.0, detail=3), 0.3, 0.7, (0.85, 1.1))
    color = graph.mix(1.0, color, graph.combine(yarn, yarn, yarn), "MULTIPLY")
    gap = graph.remap(height, 0.0, 0.6, (0.8, 0.0))
    dark = graph.mix(1.0, color, (0.3, 0.3, 0.3), "MULTIPLY")
    canvas.paint(graph.mix(gap, color, dark), height=height)
    graph.feed(canvas.principled, "Sheen Weight", 0.3)


def _thread(canvas: Canvas, across: Output, along: Output) -> Output:
    """Return a thread's height: round across, and arched along where it lies above."""
    graph = canvas.graph
    round_, arched = (
        graph.math("SINE", graph.math("MULTIPLY", graph.math("FRACT", value), 3.14159265))
        for value in (across, along)
    )
    return graph.math("MULTIPLY", round_, graph.remap(arched, -0.6, 1.0, (0.0, 1.0)))


def _choose(canvas: Canvas, factor: Output, zero: Output, one: Output) -> Output:
    graph = canvas.graph
    difference = graph.math("SUBTRACT", one, zero)
    return graph.math("ADD", zero, graph.math("MULTIPLY", factor, difference))


def _band(canvas: Canvas, value: Output) -> Output:
    graph = canvas.graph
    phase = graph.math("FRACT", graph.math("DIVIDE", graph.math("FLOOR", value), _BAND_THREADS))
    return graph.math("LESS_THAN", phase, 0.33)
