"""What holds for every test: where Blender tests run, and an exit status that can be trusted."""

from __future__ import annotations

import atexit
import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder, so that a forgotten mark cannot drop a test from the version matrix."""
    for item in items:
        if {TESTS / "blender", TESTS / "gui"} & set(item.path.parents):
            item.add_marker(pytest.mark.blender)
        if TESTS / "end_to_end" in item.path.parents or item.get_closest_marker("blender"):
            item.add_marker(pytest.mark.matrix)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Make the process end with pytest's own status although bpy 4.2 crashes in its exit handlers.

    Exit handlers run last in, first out: ours is registered after bpy's, so it comes first, when
    pytest has said all it has to say.
    """
    session = config.stash.get(SESSION, None)
    if session is not None and "bpy" in sys.modules:
        atexit.register(_leave_before_bpy, session)


SESSION = pytest.StashKey[pytest.Session]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Keep the session: its status may change until the very end."""
    session.config.stash[SESSION] = session


def _leave_before_bpy(session: pytest.Session) -> None:
    status = int(session.exitstatus)
    if status == 0 and hasattr(sys, "last_value"):
        status = 1  # an exception ended the process after the session
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
