"""Marble and concrete."""

from __future__ import annotations

from ..shader_graph import Output
from .canvas import Canvas


def connect_marble(canvas: Canvas) -> None:
    """Connect clouds of two tones, and veins where a bent noise crosses its middle."""
    graph, spec = canvas.graph, canvas.spec
    point = graph.vector("MULTIPLY", canvas.solid(), 1 / spec.scale_m)
    bend = graph.vector("MULTIPLY", graph.noise_vector(point, 1.3, detail=4), spec.distortion)
    bent = graph.vector("ADD", point, bend)
    cloud = graph.remap(graph.noise(bent, 1.5, detail=5), 0.35, 0.7, (0.0, 1.0))
    color = graph.mix(cloud, spec.colors[0], spec.colors[1])
    broad = _veins(canvas, bent, scale=0.9, width=0.035)
    fine = graph.math("MULTIPLY", _veins(canvas, bent, scale=2.6, width=0.02), 0.55)
    patchy = graph.remap(graph.noise(point, 0.8), 0.35, 0.6, (0.15, 1.0))
    veins = graph.math("MULTIPLY", graph.math("MAXIMUM", broad, fine), patchy)
    color = graph.mix(graph.math("MULTIPLY", veins, spec.variation), color, spec.colors[2])
    canvas.paint(color, roughness=canvas.rough(cloud, 0.06))


def _veins(canvas: Canvas, point: Output, *, scale: float, width: float) -> Output:
    graph = canvas.graph
    noise = graph.noise(point, scale, detail=6, roughness=0.55)
    away = graph.math("ABSOLUTE", graph.math("SUBTRACT", noise, 0.5))
    return graph.remap(away, 0.0, width, (1.0, 0.0))


def connect_concrete(canvas: Canvas) -> None:
    """Connect blotches, grain and pits."""
    graph, spec = canvas.graph, canvas.spec
    metres = canvas.solid()
    point = graph.vector("MULTIPLY", metres, 1 / spec.scale_m)
    blotches = graph.remap(graph.noise(point, 1.0, detail=6, roughness=0.6), 0.35, 0.65, (0.0, 1.0))
    grain = graph.noise(metres, 350.0, detail=3, roughness=0.7)
    pores = graph.node("ShaderNodeTexVoronoi", {"Vector": metres, "Scale": 70.0})
    rare = graph.remap(graph.separate(pores.output("Color"))[0], 0.7, 1.0, (0.0, 0.3))
    size = graph.math("SUBTRACT", rare, pores.output("Distance"))
    pits = graph.remap(size, 0.0, 0.06, (0.0, 1.0))
    color = graph.mix(
        graph.math("MULTIPLY", blotches, spec.variation), spec.colors[0], spec.colors[1]
    )
    shade = graph.remap(grain, 0.2, 0.8, (0.85, 1.12))
    color = graph.mix(1.0, color, graph.combine(shade, shade, shade), "MULTIPLY")
    color = graph.mix(graph.math("MULTIPLY", pits, 0.6), color, spec.colors[2])
    height = graph.math("SUBTRACT", graph.math("MULTIPLY", grain, 0.3), pits)
    canvas.paint(color, height=height)
