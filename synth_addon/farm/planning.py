"""What a dataset will take: time, money and storage, from a few scenes that were measured.

A fleet runs one worker for each core. A worker has one render thread and one that writes, and where
it was measured with more than a core to itself its CPU time is longer than its wall time. So scenes
keep a core busy for the longer of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from ..core.bootstrap import Estimate, mean_estimate
from ..core.errors import UsageError

GB = 10**9
TAR_BYTES = GB
_HOUR_S = 3600.0
_TAR_BLOCK = 512


@dataclass(frozen=True)
class SceneCost:
    """What one scene took.

    Attributes:
        wall_s, cpu_s: seconds of one worker with one render thread, on the clock and of all its
            threads.
        size, files: bytes and number of the scene's own files.
        journal: bytes of its line there.
        in_tars: bytes of its frames' files as members of tar files.
    """

    wall_s: float
    cpu_s: float
    size: int
    files: int
    journal: int
    in_tars: int


@dataclass(frozen=True)
class Probe:
    """What a few scenes of a recipe took.

    Attributes:
        views: of each scene.
        startup_s: seconds until a worker begins its first scene.
        peak_mib: most memory that the worker held; 0 where the system does not say.
        coco_size: bytes of COCO by scene.
        shared_size: bytes of files that do not grow with the dataset, such as meshes.
        shared_files: how many these are, with the journal and COCO.
    """

    scenes: tuple[SceneCost, ...]
    views: int
    startup_s: float
    peak_mib: float
    coco_size: float
    shared_size: int
    shared_files: int

    def mean(self, value: Callable[[SceneCost], float]) -> Estimate:
        """Return the mean of one value by scene."""
        return mean_estimate([value(scene) for scene in self.scenes])

    @property
    def core_s(self) -> Estimate:
        """Seconds for which a scene keeps a core busy: the longer of the mean wall and CPU time."""
        wall = self.mean(lambda scene: scene.wall_s)
        cpu = self.mean(lambda scene: scene.cpu_s)
        return Estimate(max(wall.low, cpu.low), max(wall.mean, cpu.mean), max(wall.high, cpu.high))


@dataclass(frozen=True)
class Machine:
    """A kind of machine.

    Attributes:
        speed: of a core, as a multiple of one of the machine that measured.
        price: for each hour, in any currency.
    """

    name: str
    cores: int
    price: float
    count: int = 1
    speed: float = 1.0

    @property
    def power(self) -> float:
        """Work of all machines of this kind, in cores of the machine that measured."""
        return self.count * self.cores * self.speed


@dataclass(frozen=True)
class Run:
    """What a fleet takes for a number of frames."""

    hours: Estimate
    cost: Estimate
    cost_per_thousand: Estimate


@dataclass(frozen=True)
class Fleet:
    """Machines that make all frames together.

    Attributes:
        needed: how many meet the deadline, where there is one and `machines` is one kind alone.
    """

    machines: tuple[Machine, ...]
    run: Run
    needed: Estimate | None = None


@dataclass(frozen=True)
class Prices:
    """What an object store asks, in any currency: for 1000 uploads, and for a GB in a month."""

    put_1000: float
    gb_month: float


@dataclass(frozen=True)
class Storage:
    """What the finished dataset holds, in bytes and files, and what an object store asks for it.

    Attributes:
        size: of all files, journal and COCO among them.
        tars: number of tar files of 1 GB that the frames' files fill.
        upload_files, upload_tars: cost of one upload, as it is and as tar files.
        month: cost of keeping it for a month.
    """

    size: Estimate
    files: Estimate
    journal: Estimate
    tars: Estimate
    upload_files: Estimate
    upload_tars: Estimate
    month: Estimate


def scenes_for(frames: int, views: int) -> int:
    """Return how many scenes make so many frames, rounded up."""
    return -(-frames // views)


def size_in_tar(size: int) -> int:
    """Return the bytes that a file takes in a tar file: a header, and content in whole blocks.

    Source: POSIX.1-2017, pax, ustar interchange format.
    """
    return _TAR_BLOCK + -(-size // _TAR_BLOCK) * _TAR_BLOCK


def share_of(machine: Machine, fleet: Sequence[Machine]) -> float:
    """Return the share of all scenes that machines of one kind make, by what they can do."""
    return machine.power / sum(other.power for other in fleet)


def run_of(probe: Probe, frames: int, fleet: Sequence[Machine], efficiency: float) -> Run:
    """Return what a fleet takes whose machines end together.

    With S scenes of c core seconds, start-up u and slowest core v, hours are
    (u / v + max(S c / (efficiency × power), c / (efficiency × v))) / 3600: the second term because
    no scene is shared. Cost is hours × the price of all machines for an hour.

    Args:
        efficiency: share of N times one core's work that N workers on N cores do.
    """
    scenes = scenes_for(frames, probe.views)
    power = efficiency * sum(machine.power for machine in fleet)
    slowest = min(machine.speed for machine in fleet)
    by_core_second = max(scenes / power, 1.0 / (efficiency * slowest))
    seconds = probe.core_s.times(by_core_second)
    hours = seconds.plus(probe.startup_s / slowest).times(1.0 / _HOUR_S)
    cost = hours.times(sum(machine.count * machine.price for machine in fleet))
    return Run(hours, cost, cost.times(1000.0 / frames))


def machines_needed(
    probe: Probe, frames: int, machine: Machine, efficiency: float, deadline_h: float
) -> Estimate:
    """Return how many machines of one kind alone meet a deadline; `machine.count` is ignored.

    That is S c / (efficiency × cores × v × (deadline − u / v)), rounded up; see `run_of`.

    Raises:
        UsageError: no number of them does.
    """
    core_s = probe.core_s
    left_s = deadline_h * _HOUR_S - probe.startup_s / machine.speed
    if left_s < core_s.high / (efficiency * machine.speed):
        least = core_s.high / efficiency + probe.startup_s
        raise UsageError(
            f"--deadline {deadline_h:g}: starting and one scene take "
            f"{least / machine.speed / _HOUR_S:.3g} h on {machine.name}. Allow more"
        )
    scenes = scenes_for(frames, probe.views)
    needed = core_s.times(scenes / (efficiency * machine.cores * machine.speed * left_s))
    return _rounded_up(needed)


def fleets_of(
    probe: Probe,
    frames: int,
    machines: Sequence[Machine],
    efficiency: float,
    deadline_h: float | None,
) -> list[Fleet]:
    """Return the fleet of all machines; with a deadline one fleet for each kind alone.

    Such a fleet has as many machines as the upper end of the interval asks for.

    Raises:
        UsageError: the deadline cannot be met.
    """
    if deadline_h is None:
        return [Fleet(tuple(machines), run_of(probe, frames, machines, efficiency))]
    fleets = []
    for kind in machines:
        needed = machines_needed(probe, frames, kind, efficiency, deadline_h)
        machine = replace(kind, count=int(needed.high))
        run = run_of(probe, frames, [machine], efficiency)
        fleets.append(Fleet((machine,), run, needed))
    return fleets


def storage_of(probe: Probe, frames: int, prices: Prices) -> Storage:
    """Return what the dataset takes on disk and in an object store: means by scene × scenes."""
    scenes = scenes_for(frames, probe.views)
    journal = probe.mean(lambda scene: scene.journal).times(scenes)
    own = probe.mean(lambda scene: scene.size + scene.journal + probe.coco_size).times(scenes)
    size = own.plus(probe.shared_size)
    files = probe.mean(lambda scene: scene.files).times(scenes).plus(probe.shared_files)
    in_tars = probe.mean(lambda scene: scene.in_tars).times(scenes)
    tars = _rounded_up(in_tars.times(1.0 / TAR_BYTES))
    return Storage(
        size,
        files,
        journal,
        tars,
        upload_files=files.times(prices.put_1000 / 1000.0),
        upload_tars=tars.times(prices.put_1000 / 1000.0),
        month=size.times(prices.gb_month / GB),
    )


def _rounded_up(estimate: Estimate) -> Estimate:
    return Estimate(ceil(estimate.low), ceil(estimate.mean), ceil(estimate.high))
