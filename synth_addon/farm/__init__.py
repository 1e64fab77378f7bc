"""Jobs in processes of their own: those of Blender's window, and pools of workers.

A worker's messages are JSON lines on its standard output, orders are JSON lines on its standard
input; ARCHITECTURE.md has the protocol.
"""
