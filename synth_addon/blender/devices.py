"""Lets Cycles render on a device other than the processor."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.devices import DEVICES, Device, require_device
from ..core.errors import UsageError


def found_devices() -> dict[str, list[str]]:
    """Return the names of this machine's devices by kind, without kinds that have none.

    It asks every driver that this Blender knows, so it is called only when the answer is needed.
    """
    import _cycles  # type: ignore[import-not-found]  # built into Blender

    found: dict[str, list[str]] = {}
    for kind in DEVICES:
        if names := [entry[0] for entry in _cycles.available_devices(kind) if entry[1] == kind]:
            found[kind] = names
    return found


def use_device(device: Device) -> None:
    """Let Cycles render on all devices of one kind; scenes say whether they use them.

    Raises:
        UsageError: there is none, or Cycles is switched off.
    """
    if device == "CPU":
        return
    addon: Any = bpy.context.preferences.addons.get("cycles")
    if addon is None:
        raise UsageError(
            f"--device {device}: Cycles is switched off. Enable the add-on Cycles Render Engine"
        )
    require_device(device, found_devices())
    cycles = addon.preferences
    cycles.compute_device_type = device
    cycles.get_devices_for_type(device)  # makes the entries of devices that are new
    for entry in cycles.devices:
        entry.use = entry.type == device
