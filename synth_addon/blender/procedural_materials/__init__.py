"""Shader patterns of procedural materials, one family per module."""
