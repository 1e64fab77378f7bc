"""A small network that gives CenterNet's maps at a quarter of the picture's size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

CHANNELS = (16, 32, 64, 96, 128)
"""Of the features at strides 2, 4, 8, 16 and 32."""
HEAD_CHANNELS = 32
FIRST_CHANCE = 0.1
"""What an untrained heat map says everywhere; at one half, the many empty cells drown the peaks."""


@dataclass(frozen=True)
class Maps:
    """What the network says of a batch; see `Targets` for shapes.

    Attributes:
        heat: logits.
        size, offset: in cells.
    """

    heat: torch.Tensor
    size: torch.Tensor
    offset: torch.Tensor


class CenterNet(nn.Module):
    """Residual blocks down to stride 32, back up to stride 4 with what was there before, heads."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.stem = nn.Sequential(_convolution(3, CHANNELS[0], stride=2), Block(CHANNELS[0]))
        self.down = nn.ModuleList([Down(fine, coarse) for fine, coarse in pairwise(CHANNELS)])
        steps_up = list(pairwise(CHANNELS[1:]))[::-1]
        self.up = nn.ModuleList([Up(coarse, fine) for fine, coarse in steps_up])
        self.heat = _head(classes, math.log(FIRST_CHANCE / (1 - FIRST_CHANCE)))
        self.size = _head(2)
        self.offset = _head(2)

    def forward(self, pictures: torch.Tensor) -> Maps:
        """Return the maps of pictures (B, 3, H, W), float from 0 to 1."""
        features = [self.stem(pictures - 0.5)]
        for down in self.down:
            features.append(down(features[-1]))
        _, *finer, found = features
        for up, fine in zip(self.up, reversed(finer), strict=True):
            found = up(found, fine)
        return Maps(self.heat(found), self.size(found), self.offset(found))


class Block(nn.Module):
    """Two convolutions around which what comes in is led."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return features of the same shape."""
        return torch.relu(features + self.second(self.first(features)))


class Down(nn.Sequential):
    """Halves the resolution."""

    def __init__(self, fine: int, coarse: int) -> None:
        super().__init__(_convolution(fine, coarse, stride=2), Block(coarse))


class Up(nn.Module):
    """Doubles the resolution and adds what was found at that resolution before."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(coarse, fine, 1)
        self.mix = _convolution(fine, fine)

    def forward(self, coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
        """Return features of the shape of `fine`."""
        larger = nn.functional.interpolate(self.narrow(coarse), size=fine.shape[-2:])
        mixed: torch.Tensor = self.mix(larger + fine)
        return mixed


def _convolution(channels: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    )


def _head(channels: int, first: float = 0.0) -> nn.Sequential:
    widen = nn.Conv2d(CHANNELS[1], HEAD_CHANNELS, 3, padding=1)
    last = nn.Conv2d(HEAD_CHANNELS, channels, 1)
    nn.init.constant_(last.get_parameter("bias"), first)
    return nn.Sequential(widen, nn.ReLU(), last)
