"""Datasets in the formats that training code reads; see `format` for what a format is."""
