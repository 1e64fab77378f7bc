"""Reads rooms of 3D-FRONT houses as the data set is published; pure values, no Blender."""
