"""What ``synth plan`` is asked: its arguments, read and checked."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .arguments import add_recipe_arguments

if TYPE_CHECKING:
    from ..farm.planning import Machine, Prices

_MOST_FRAMES = 10**12
_MOST_PROBE_SCENES = 200
_MACHINE_FORM = "write NAME:CORES:PRICE or NAME:CORES:PRICE:COUNT, such as c7:16:0.68:10"


@dataclass(frozen=True)
class Asked:
    """What is to be planned.

    Attributes:
        deadline_h: hours; None where the number of machines is given.
    """

    frames: int
    fleet: tuple[Machine, ...]
    probe_scenes: int
    efficiency: float
    deadline_h: float | None
    prices: Prices


def add_plan_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_recipe_arguments(parser)
    add = parser.add_argument
    add("--frames", metavar="N", required=True, help="frames of the dataset, such as 10_000_000")
    add(
        "--machine",
        action="append",
        required=True,
        metavar="NAME:CORES:PRICE[:COUNT]",
        help="COUNT machines (default 1) that cost PRICE an hour, in any currency; CORES such as "
        "16, or 16x1.3 where each core is 1.3 times as fast as one here; may be repeated",
    )
    add(
        "--deadline",
        metavar="HOURS",
        help="say how many machines of each kind alone are needed; leave COUNT out then",
    )
    add(
        "--efficiency",
        default="0.9",
        metavar="SHARE",
        help="share of N times one core's work that N workers on N cores do: they share caches, "
        "memory and clock (default 0.9)",
    )
    add(
        "--probe-scenes",
        default="8",
        metavar="N",
        help="scenes to measure, after one more that warms up (default 8)",
    )
    _add_prices(parser)
    add("--json", action="store_true", help="write progress and plan as JSON lines")


def _add_prices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--put-price",
        default="0.005",
        metavar="PER_1000",
        help="what an object store asks for 1000 uploads (default 0.005, the list price in dollars "
        "of a large public cloud)",
    )
    parser.add_argument(
        "--storage-price",
        default="0.023",
        metavar="PER_GB_MONTH",
        help="what it asks for a GB in a month (default 0.023, from the same list)",
    )


def asked_of(options: argparse.Namespace) -> Asked:
    """Read the arguments, but for the recipe.

    Raises:
        UsageError: one cannot be used.
    """
    from ..farm.planning import Prices

    deadline = None
    if options.deadline is not None:
        deadline = _real("--deadline", options.deadline, "a number of hours above 0")
        _demand(deadline > 0, "--deadline", options.deadline, "a number of hours above 0")
    share = "a number above 0, at most 1"
    efficiency = _real("--efficiency", options.efficiency, share)
    _demand(0 < efficiency <= 1, "--efficiency", options.efficiency, share)
    return Asked(
        _whole("--frames", options.frames, 1, _MOST_FRAMES),
        _fleet(options.machine, counted=deadline is None),
        _whole("--probe-scenes", options.probe_scenes, 2, _MOST_PROBE_SCENES),
        efficiency,
        deadline,
        Prices(
            _price("--put-price", options.put_price),
            _price("--storage-price", options.storage_price),
        ),
    )


def _fleet(texts: list[str], *, counted: bool) -> tuple[Machine, ...]:
    from ..core.errors import UsageError

    fleet = tuple(_machine(text, counted=counted) for text in texts)
    names = [machine.name for machine in fleet]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--machine {name}: is named twice. Name each kind once, with COUNT")
    return fleet


def _machine(text: str, *, counted: bool) -> Machine:
    from ..core.errors import UsageError
    from ..farm.planning import Machine

    name, *rest = text.split(":")
    if not name.strip() or len(rest) not in (2, 3):
        raise UsageError(f"--machine {text!r}: {_MACHINE_FORM}")
    if len(rest) == 3 and not counted:
        raise UsageError(
            f"--machine {text!r}: --deadline says how many machines there are to be. "
            "Leave COUNT or --deadline out"
        )
    field = f"--machine {text!r}:"
    cores, x, speed = rest[0].partition("x")
    factor = _real(f"{field} speed", speed, "a number above 0") if x else 1.0
    _demand(factor > 0, f"{field} speed", speed, "a number above 0")
    return Machine(
        name.strip(),
        _whole(f"{field} CORES", cores, 1, 4096),
        _price(f"{field} PRICE", rest[1]),
        _whole(f"{field} COUNT", rest[2], 1, 10**6) if len(rest) == 3 else 1,
        factor,
    )


def _price(field: str, text: str) -> float:
    price = _real(field, text, "a number that is not negative")
    _demand(price >= 0, field, text, "a number that is not negative")
    return price


def _whole(field: str, text: str, least: int, most: int) -> int:
    wanted = f"a whole number from {least} to {most:,}"
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    _demand(least <= number <= most, field, text, wanted)
    return number


def _real(field: str, text: str, wanted: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    _demand(math.isfinite(number), field, text, wanted)
    return number


def _demand(holds: bool, field: str, text: str, wanted: str) -> None:
    from ..core.errors import UsageError

    if not holds:
        raise UsageError(f"{field} {text!r}: cannot be used. Give {wanted}")
