"""Procedural shapes: closed triangle meshes made from a few named proportions."""
