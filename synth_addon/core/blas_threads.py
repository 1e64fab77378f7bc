"""Keeps linear algebra on one thread.

The matrices here are small: more threads gain nothing, and OpenBLAS' idle ones spin for a tenth of
a second after each product, which takes a fifth of the time of a drop and a core from the render.
How sums are split among threads also decides how they round, so one thread makes results
independent of the number of cores.
"""

from __future__ import annotations

import os

_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def use_one_blas_thread() -> None:
    """Let this process and its children compute on one thread; to be called before numpy loads."""
    for name in _VARIABLES:
        os.environ[name] = "1"
