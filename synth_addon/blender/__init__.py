"""The only code that touches Blender's data. It decides nothing: it builds what a spec says."""
