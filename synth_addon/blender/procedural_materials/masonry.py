"""Bricks and tiles."""

from __future__ import annotations

from .canvas import Canvas
from .units import add_units


def connect_brick(canvas: Canvas) -> None:
    """Connect rough bricks in running bond, each of its own tone, with mortar set back."""
    graph, spec = canvas.graph, canvas.spec
    point = canvas.plane()
    wobble = graph.vector("MULTIPLY", graph.noise_vector(point, 40.0), 0.012 * spec.distortion)
    units = add_units(graph, canvas, graph.vector("ADD", point, wobble), shift=0.5, smooth=0.4)
    mottle = graph.noise(point, 45.0, detail=5, roughness=0.65)
    tint = graph.math("MULTIPLY", units.tint, spec.variation)
    color = graph.mix(tint, spec.colors[0], spec.colors[1])
    shade = graph.remap(mottle, 0.25, 0.75, (0.75, 1.15))
    shades = graph.combine(shade, shade, shade)
    color = graph.mix(1.0, color, shades, "MULTIPLY")
    mortar = graph.mix(1.0, spec.colors[2], shades, "MULTIPLY")
    relief = graph.math("SUBTRACT", graph.math("MULTIPLY", mottle, 0.25), units.joint)
    canvas.paint(graph.mix(units.joint, color, mortar), height=relief)


def connect_tile(canvas: Canvas) -> None:
    """Connect glazed tiles, each of its own tone, with matt grout set back."""
    graph, spec = canvas.graph, canvas.spec
    point = canvas.plane()
    units = add_units(graph, canvas, point, shift=0.0, smooth=0.3)
    glaze = graph.noise(point, 4 / spec.scale_m, detail=3)
    tint = graph.math("MULTIPLY", units.tint, spec.variation)
    color = graph.mix(tint, spec.colors[0], spec.colors[1])
    shade = graph.remap(glaze, 0.3, 0.7, (0.94, 1.03))
    color = graph.mix(1.0, color, graph.combine(shade, shade, shade), "MULTIPLY")
    color = graph.mix(units.joint, color, spec.colors[2])
    matt = graph.math("MULTIPLY", units.joint, 0.9)
    roughness = graph.math("MAXIMUM", canvas.rough(glaze, 0.08), matt)
    relief = graph.math("SUBTRACT", graph.math("MULTIPLY", glaze, 0.15), units.joint)
    canvas.paint(color, roughness=roughness, height=relief)
