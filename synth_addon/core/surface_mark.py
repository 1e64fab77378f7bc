"""How surfaces for objects are marked in a .blend file."""

SURFACE_MARK = "synth_surface"
"""The custom property that marks an object as something to place objects on."""
