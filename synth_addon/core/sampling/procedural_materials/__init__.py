"""Draws the numbers of procedural materials, one family per module."""
