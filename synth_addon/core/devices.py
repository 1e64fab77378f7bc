"""The kinds of device that Cycles renders on, and how a dataset records them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from .errors import UsageError

Device = Literal["CPU", "CUDA", "OPTIX", "HIP", "METAL", "ONEAPI"]
DEVICES: tuple[Device, ...] = get_args(Device)


def recorded_version(version: str, device: Device) -> str:
    """Return a renderer's version with the device, whose pixels differ from the CPU's."""
    return version if device == "CPU" else f"{version}, {device}"


def require_device(device: Device, found: Mapping[str, Sequence[str]]) -> None:
    """Make sure that a device was found.

    Args:
        found: names of devices by kind.

    Raises:
        UsageError: it was not.
    """
    if found.get(device):
        return
    there = ", ".join(f"{kind} ({', '.join(names)})" for kind, names in found.items() if names)
    raise UsageError(
        f"--device {device}: Blender finds no such device here. It finds {there}. "
        f"Choose one of these, or install the driver that {device} needs"
    )
