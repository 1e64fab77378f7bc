"""Synth: annotated training data for computer vision from any Blender scene."""

__version__ = "0.1.0"
