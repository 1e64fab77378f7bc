"""Metal, plastic and ceramic."""

from __future__ import annotations

from .canvas import Canvas

_SPECKS_PER_M = 180.0
_STAINS_PER_M = 14.0


def connect_metal(canvas: Canvas) -> None:
    """Connect brush marks along one direction, and stains that dull the gloss."""
    graph, spec = canvas.graph, canvas.spec
    metres = canvas.solid()
    along = graph.vector("MULTIPLY", metres, (0.01 / spec.scale_m, *(1 / spec.scale_m,) * 2))
    marks = graph.noise(along, 1.0, detail=3, roughness=0.6)
    stains = graph.remap(
        graph.noise(metres, _STAINS_PER_M, detail=5, roughness=0.6), 0.4, 0.7, (0.0, 1.0)
    )
    dull = graph.math("MULTIPLY", stains, spec.variation)
    color = graph.mix(dull, spec.colors[0], spec.colors[1])
    shade = graph.remap(marks, 0.25, 0.75, (0.85, 1.0))
    color = graph.mix(1.0, color, graph.combine(shade, shade, shade), "MULTIPLY")
    uneven = graph.math("ADD", canvas.rough(marks, 0.3), graph.math("MULTIPLY", dull, 0.15))
    canvas.paint(color, roughness=graph.math("MINIMUM", uneven, 1.0), height=marks)


def connect_plastic(canvas: Canvas) -> None:
    """Connect a moulded grain, with the slightest change of tone."""
    graph, spec = canvas.graph, canvas.spec
    metres = canvas.solid()
    point = graph.vector("MULTIPLY", metres, 1 / spec.scale_m)
    cells = graph.node("ShaderNodeTexVoronoi", {"Vector": point, "Scale": 1.0}, feature="SMOOTH_F1")
    height = cells.output("Distance")
    tone = graph.noise(metres, _STAINS_PER_M, detail=2)
    color = graph.mix(tone, spec.colors[0], spec.colors[1])
    canvas.paint(color, roughness=canvas.rough(tone, 0.05), height=height)


def connect_ceramic(canvas: Canvas) -> None:
    """Connect a glaze of two tones under a clear coat, with specks by the pattern's variation."""
    graph, spec = canvas.graph, canvas.spec
    metres = canvas.solid()
    point = graph.vector("MULTIPLY", metres, 1 / spec.scale_m)
    pool = graph.noise(point, 1.0, detail=3)
    share = graph.remap(pool, 0.35, 0.7, (0.0, min(spec.distortion, 1.0)))
    color = graph.mix(share, spec.colors[0], spec.colors[1])
    if spec.variation > 0:
        cells = graph.node("ShaderNodeTexVoronoi", {"Vector": metres, "Scale": _SPECKS_PER_M})
        own, _, _ = graph.separate(cells.output("Color"))
        size = graph.remap(own, 0.55, 1.0, (0.0, 0.3))
        inside = graph.math("SUBTRACT", size, cells.output("Distance"))
        speck = graph.remap(inside, 0.0, 0.08, (0.0, spec.variation))
        color = graph.mix(speck, color, spec.colors[2])
    canvas.paint(color, height=pool)
    graph.feed(canvas.principled, "Coat Weight", 0.6)
    graph.feed(canvas.principled, "Coat Roughness", 0.03)
