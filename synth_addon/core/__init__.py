"""Everything that decides or computes. Nothing in here imports Blender."""
