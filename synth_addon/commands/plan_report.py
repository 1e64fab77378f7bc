"""Prints what ``synth plan`` has found: tables for people, one event for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .wording import counted

if TYPE_CHECKING:
    from ..core.bootstrap import Estimate
    from ..farm.planning import Fleet, Machine, Probe, Run, Storage
    from .console import Console
    from .plan_arguments import Asked

Row = tuple[str, ...]
Units = tuple[tuple[float, str, float], ...]
"""Below which value each unit is used, its name, and how much one of it is."""
_HOURS: Units = (
    *((1 / 60, "s", 1 / 3600), (1, "min", 1 / 60)),
    *((72, "h", 1), (math.inf, "days", 24)),
)
_SECONDS: Units = ((math.inf, "s", 1),)
_BYTES: Units = (
    *((1e3, "B", 1), (1e6, "kB", 1e3), (1e9, "MB", 1e6)),
    *((1e12, "GB", 1e9), (math.inf, "TB", 1e12)),
)
_PLAIN: Units = ((math.inf, "", 1),)
_COLUMNS = ("likely", "95 % interval")
_ASSUMED = """\
assumed: cores as fast as one here, or as stated; N workers on N cores do {efficiency:g} × N times
the work of one; machines share the scenes by what they can do; costs are in the prices' currency
not counted: sorting the journal and writing COCO at the end, merging, copying; what else a machine
does, which slows workers and also this measurement"""


def tell_plan(console: Console, name: str, asked: Asked, probe: Probe) -> None:
    """Write the plan.

    Raises:
        UsageError: the deadline cannot be met.
    """
    from ..farm.planning import fleets_of, scenes_for, storage_of

    storage = storage_of(probe, asked.frames, asked.prices)
    fleets = fleets_of(probe, asked.frames, asked.fleet, asked.efficiency, asked.deadline_h)
    scenes = scenes_for(asked.frames, probe.views)
    console.event(
        "plan",
        frames=asked.frames,
        scenes=scenes,
        probe=_probe_values(probe),
        efficiency=asked.efficiency,
        deadline_h=asked.deadline_h,
        fleets=[_fleet_values(fleet, probe) for fleet in fleets],
        storage=asdict(storage),
    )
    what = f"{asked.frames:,} frames in {scenes:,} scenes"
    when = "" if asked.deadline_h is None else f", made in {asked.deadline_h:g} h"
    rows = [row for fleet in fleets for row in _run_rows(fleet)]
    console.write(f"\n{_table([('one scene', *_COLUMNS), *_probe_rows(probe)])}")
    console.write(_worker_line(probe))
    console.write(f"\n{_table(list(_machine_rows(fleets, probe)))}")
    console.write(f"\n{name}: {what}{when}")
    console.write(_table([("", *_COLUMNS), *rows, *_storage_rows(storage)]))
    console.write("\n" + _ASSUMED.format(efficiency=asked.efficiency))


def _probe_values(probe: Probe) -> dict[str, Any]:
    names = ("wall_s", "cpu_s", "size", "files", "journal", "in_tars")
    means = {name: asdict(probe.mean(attrgetter(name))) for name in names}
    return asdict(probe) | {"means": means | {"core_s": asdict(probe.core_s)}}


def _fleet_values(fleet: Fleet, probe: Probe) -> dict[str, Any]:
    from ..farm.planning import share_of

    machines = [
        asdict(machine)
        | {
            "workers": machine.cores,
            "memory_mib": machine.cores * probe.peak_mib,
            "share": share_of(machine, fleet.machines),
        }
        for machine in fleet.machines
    ]
    needed = None if fleet.needed is None else asdict(fleet.needed)
    return {"machines": machines, "needed": needed, "run": asdict(fleet.run)}


def _probe_rows(probe: Probe) -> list[Row]:
    return [
        ("wall time", *_shown(probe.mean(lambda scene: scene.wall_s), _SECONDS)),
        ("CPU time", *_shown(probe.mean(lambda scene: scene.cpu_s), _SECONDS)),
        ("the longer of both", *_shown(probe.core_s, _SECONDS)),
        ("storage", *_shown(probe.mean(lambda scene: scene.size), _BYTES)),
        ("files", *_shown(probe.mean(lambda scene: scene.files), _PLAIN)),
    ]


def _worker_line(probe: Probe) -> str:
    memory = f", holds up to {probe.peak_mib:,.0f} MiB" if probe.peak_mib else ""
    views = f"{counted(len(probe.scenes), 'scene')} with {counted(probe.views, 'view')} each"
    return f"measured on {views}; a worker starts in {probe.startup_s:.1f} s{memory}"


def _machine_rows(fleets: Sequence[Fleet], probe: Probe) -> Iterator[Row]:
    from ..farm.planning import share_of

    yield ("machine", "count", "workers each", "memory each", "price an hour", "share of scenes")
    for fleet in fleets:
        for machine in fleet.machines:
            yield (
                machine.name,
                _count(machine, fleet),
                f"{machine.cores}" + (f" x{machine.speed:g}" if machine.speed != 1 else ""),
                f"{machine.cores * probe.peak_mib / 1024:.1f} GiB" if probe.peak_mib else "unknown",
                f"{machine.price:g}",
                f"{share_of(machine, fleet.machines):.0%}",
            )


def _count(machine: Machine, fleet: Fleet) -> str:
    if fleet.needed is None or fleet.needed.low == fleet.needed.high:
        return f"{machine.count:,}"
    return f"{machine.count:,} (likely {fleet.needed.mean:,.0f})"


def _run_rows(fleet: Fleet) -> list[Row]:
    run: Run = fleet.run
    head = "" if fleet.needed is None else f"{fleet.machines[0].name}: "
    return [
        (f"{head}time", *_shown(run.hours, _HOURS)),
        (f"{head}cost", *_shown(run.cost, _PLAIN)),
        (f"{head}cost per 1,000 frames", *_shown(run.cost_per_thousand, _PLAIN)),
    ]


def _storage_rows(storage: Storage) -> list[Row]:
    return [
        ("storage", *_shown(storage.size, _BYTES)),
        ("files", *_shown(storage.files, _PLAIN)),
        ("journal", *_shown(storage.journal, _BYTES)),
        ("webdataset tars of 1 GB", *_shown(storage.tars, _PLAIN)),
        ("object store, a month", *_shown(storage.month, _PLAIN)),
        ("object store, upload of files", *_shown(storage.upload_files, _PLAIN)),
        ("object store, upload of tars", *_shown(storage.upload_tars, _PLAIN)),
    ]


def _shown(estimate: Estimate, units: Units) -> tuple[str, str]:
    """Return the mean and the interval, in the unit that suits the mean; an exact one has none."""
    name, size = next((name, size) for limit, name, size in units if estimate.mean < limit)
    low, mean, high = (_number(x / size) for x in (estimate.low, estimate.mean, estimate.high))
    interval = "" if low == high else f"{low} to {high}"
    return f"{mean} {name}".rstrip(), interval


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value.is_integer() else f"{value:#.3g}"


def _table(rows: Sequence[Row]) -> str:
    """Return rows as lines: the first column to the left, the others to the right."""
    first, *others = ([len(cell) for cell in column] for column in zip(*rows, strict=True))
    widths = [max(lengths) for lengths in others]
    lines = []
    for label, *cells in rows:
        right = [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)]
        lines.append("  ".join([label.ljust(max(first)), *right]).rstrip())
    return "\n".join(lines)
