"""The dataset on disk: layout, atomic writing, journal, reading and validation.

The format is described in docs/dataset.md.
"""
