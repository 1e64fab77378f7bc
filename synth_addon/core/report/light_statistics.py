"""What lights the scenes."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from ..scene_spec import SceneSpec
from .histograms import Bins, Histogram

ENERGY = Bins(0.01, 1e5, 28, logarithmic=True)
STRENGTH = Bins(0.01, 100.0, 32, logarithmic=True)


class LightStatistics:
    """The lamps and environments of all scenes.

    Attributes:
        kinds: of lamps.
        energy: of lamps by kind: watts, of suns W/m2.
        environments: kinds of environments.
        files: names of environment images.
        strength: of environments.
    """

    def __init__(self) -> None:
        self.scenes = 0
        self.lamps = Histogram(Bins(-0.5, 15.5, 16))
        self.kinds: Counter[str] = Counter()
        self.energy: dict[str, Histogram] = {}
        self.environments: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.strength = Histogram(STRENGTH)

    def add(self, scene: SceneSpec) -> None:
        """Count what lights one scene."""
        self.scenes += 1
        self.lamps.add(len(scene.lights))
        for light in scene.lights:
            self.kinds[light.kind] += 1
            self.energy.setdefault(light.kind, Histogram(ENERGY)).add(light.energy)
        self.environments[scene.environment.kind] += 1
        self.strength.add(scene.environment.strength)
        if scene.environment.file:
            self.files[PurePosixPath(scene.environment.file).name] += 1
