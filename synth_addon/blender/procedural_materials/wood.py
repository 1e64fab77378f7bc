"""Solid wood by rings in space, and planks whose grain differs from one to the next."""

from __future__ import annotations

from ..shader_graph import Output
from .canvas import Canvas
from .units import add_units

_PLANK_SHIFT = 0.37


def connect_wood(canvas: Canvas) -> None:
    """Connect planks where they have seams, solid wood where not."""
    if canvas.spec.gap_m > 0:
        _connect_planks(canvas)
    else:
        _connect_solid(canvas)


def _connect_solid(canvas: Canvas) -> None:
    """Rings around an axis that lies beside the thing, so that it is cut from a thick log."""
    graph, spec = canvas.graph, canvas.spec
    point = canvas.solid()
    rings = graph.vector("MULTIPLY", point, 1 / spec.scale_m)
    slow = graph.vector("MULTIPLY", rings, (0.02, 0.12, 0.12))
    bend = graph.vector("MULTIPLY", graph.noise_vector(slow, 1.0), 5 * spec.distortion)
    across = graph.vector("MULTIPLY", graph.vector("ADD", rings, bend), (0.0, 1.0, 1.0))
    radius = graph.vector("LENGTH", across)
    fibre = graph.noise(graph.vector("MULTIPLY", point, (20.0, 900.0, 900.0)), 1.0, detail=2)
    _paint(canvas, _year(canvas, radius), fibre)


def _connect_planks(canvas: Canvas) -> None:
    graph, spec = canvas.graph, canvas.spec
    point = canvas.plane()
    units = add_units(graph, canvas, point, shift=_PLANK_SHIFT, smooth=0.1)
    x, y, _ = graph.separate(point)
    own = graph.combine(x, y, graph.math("MULTIPLY", units.tint, 40.0))
    stretched = graph.vector("MULTIPLY", own, (0.8, 7.0, 1.0))
    field = graph.noise(stretched, 1.0, detail=2 + spec.distortion, roughness=0.4)
    lines = _year(canvas, graph.math("MULTIPLY", field, 14.0))
    fibre = graph.noise(graph.vector("MULTIPLY", own, (12.0, 350.0, 1.0)), 1.0, detail=2)
    tone = graph.remap(units.tint, 0.0, 1.0, (1.0 - 0.6 * spec.variation, 1.12))
    _paint(canvas, lines, fibre, joint=units.joint, tone=tone)


def _year(canvas: Canvas, distance: Output) -> Output:
    """Return 0 in early wood rising to 1 in late wood, once for every 1 of `distance`."""
    graph = canvas.graph
    phase = graph.math("FRACT", distance)
    late = graph.remap(phase, 0.1, 0.85, (0.0, 1.0))
    return graph.math("MULTIPLY", late, graph.remap(phase, 0.85, 1.0, (1.0, 0.0)))


def _paint(
    canvas: Canvas,
    year: Output,
    fibre: Output,
    *,
    joint: Output | None = None,
    tone: Output | None = None,
) -> None:
    graph, (light, dark, seam) = canvas.graph, canvas.spec.colors
    color = graph.mix(graph.math("MULTIPLY", year, 0.75), light, dark)
    shade = graph.remap(fibre, 0.3, 0.7, (0.8, 1.08))
    color = graph.mix(1.0, color, graph.combine(shade, shade, shade), "MULTIPLY")
    height = fibre
    if tone is not None:
        color = graph.mix(1.0, color, graph.combine(tone, tone, tone), "MULTIPLY")
    if joint is not None:
        color = graph.mix(joint, color, seam)
        height = graph.math("SUBTRACT", fibre, graph.math("MULTIPLY", joint, 4.0))
    canvas.paint(color, roughness=canvas.rough(year, 0.15), height=height)
