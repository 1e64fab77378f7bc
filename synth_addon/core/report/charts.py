"""Charts as SVG and tables, without any script: colours come from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from ..pictures.palette import Color
from .heat_map import HeatMap
from .histograms import Bins, Histogram
from .sphere_coverage import RINGS, SECTORS, SphereCoverage

Format = Callable[[float], str]
_WIDTH, _HEIGHT = 320, 110
_MAP = 220
_RADIUS = 90
_PLAIN_TICKS, _MOST_TICKS = 4, 5


def plain(value: float) -> str:
    """Return a number with as many digits as a reader wants."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def percent(value: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * value:.3g} %"


def hex_color(color: Color) -> str:
    """Return a colour as CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def figure(title: str, chart: str, note: str = "") -> str:
    """Return a chart with its title, and a note below."""
    below = f"<p>{escape(note)}</p>" if note else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{chart}{below}</figure>"


def histogram_chart(
    histogram: Histogram, title: str, shown: Format = plain, what: str = "", instead: str = ""
) -> str:
    """Return a histogram as columns over its whole range.

    Args:
        what: is said of the values, after their median and quartiles.
        instead: replaces median and quartiles, which say little where most values are equal.
    """
    if not histogram.total:
        return figure(title, '<p class="none">Nothing to show.</p>')
    bins = histogram.bins
    tips = [
        f"{shown(bins.edge(i))} to {shown(bins.edge(i + 1))}: {count:,}"
        for i, count in enumerate(histogram.counts.tolist())
    ]
    label = f"{title}: {histogram.total:,} values, median {shown(histogram.median)}"
    chart = _columns(histogram.shares, None, tips, _ticks(bins, shown), label)
    low, high = shown(histogram.quantile(0.25)), shown(histogram.quantile(0.75))
    note = instead or f"Median {shown(histogram.median)}, half between {low} and {high}."
    return figure(title, chart, f"{note} {what}".strip())


def count_chart(histogram: Histogram, title: str) -> str:
    """Return a histogram of whole numbers, cut behind the last one that occurs."""
    found = np.flatnonzero(histogram.counts)
    if not found.size:
        return figure(title, '<p class="none">Nothing to show.</p>')
    counts = histogram.counts[: max(6, int(found[-1]) + 1)]
    tips = [f"{number}: {count:,}" for number, count in enumerate(counts.tolist())]
    step = max(1, len(counts) // 8)
    ticks = [((i + 0.5) / len(counts), str(i)) for i in range(0, len(counts), step)]
    label = f"{title}: from {found[0]} to {found[-1]}"
    return figure(title, _columns(counts / counts.sum(), None, tips, ticks, label))


def level_chart(levels: NDArray[np.float64], label: str) -> str:
    """Return (3, N) shares of pixels at levels of red, green and blue as lines."""
    step, highest = _WIDTH / levels.shape[1], max(float(levels.max()), 1e-9)
    parts = [
        f'<path class="channel {name}" d="{_steps(shares / highest, step)}"/>'
        for name, shares in zip(("red", "green", "blue"), levels, strict=True)
    ]
    parts += _axis([(0.0, "0"), (1.0, "255")])
    return _svg(-2, -4, _WIDTH + 4, _HEIGHT + 24, label, parts)


def pair_chart(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], ends: Sequence[str], label: str
) -> str:
    """Return two arrays of shares over the same bins: ours filled, theirs as a line."""
    tips = [
        f"here {percent(a)}, there {percent(b)}"
        for a, b in zip(ours.tolist(), theirs.tolist(), strict=True)
    ]
    ticks = [(0.0, ends[0]), (1.0, ends[-1])]
    return _columns(ours, theirs, tips, ticks, label)


def _columns(
    shares: NDArray[np.float64],
    line: NDArray[np.float64] | None,
    tips: Sequence[str],
    ticks: Iterable[tuple[float, str]],
    label: str,
) -> str:
    highest = max(float(shares.max()), float(line.max()) if line is not None else 0.0, 1e-9)
    step = _WIDTH / len(shares)
    parts = []
    for index, (share, tip) in enumerate(zip(shares.tolist(), tips, strict=True)):
        height = _HEIGHT * share / highest
        parts.append(
            f'<g><title>{escape(tip)}</title><rect class="hit" x="{index * step:.1f}" y="0" '
            f'width="{step:.1f}" height="{_HEIGHT}"/><rect class="bar" '
            f'x="{index * step + 0.5:.1f}" y="{_HEIGHT - height:.1f}" '
            f'width="{max(1.0, step - 1):.1f}" height="{height:.1f}"/></g>'
        )
    if line is not None:
        parts.append(f'<path class="other" d="{_steps(line / highest, step)}"/>')
    parts += _axis(ticks)
    return _svg(-2, -4, _WIDTH + 4, _HEIGHT + 24, label, parts)


def _axis(ticks: Iterable[tuple[float, str]]) -> list[str]:
    parts = [f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}"/>']
    for place, text in ticks:
        anchor = "start" if place < 0.04 else "end" if place > 0.96 else "middle"
        x = f"{place * _WIDTH:.1f}"
        parts.append(
            f'<text x="{x}" y="{_HEIGHT + 15}" text-anchor="{anchor}">{escape(text)}</text>'
        )
    return parts


def _steps(heights: NDArray[np.float64], step: float) -> str:
    points = []
    for index, height in enumerate(heights.tolist()):
        y = f"{_HEIGHT * (1 - height):.1f}"
        points += [f"{index * step:.1f} {y}", f"{(index + 1) * step:.1f} {y}"]
    return "M" + "L".join(points)


def _ticks(bins: Bins, shown: Format) -> list[tuple[float, str]]:
    if not bins.logarithmic:
        places = [i / _PLAIN_TICKS for i in range(_PLAIN_TICKS + 1)]
        return [(place, shown(bins.edge(place * bins.count))) for place in places]
    low, high = math.log10(bins.low), math.log10(bins.high)
    powers = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    every = -(-len(powers) // _MOST_TICKS)
    return [((p - low) / (high - low), shown(10.0**p)) for p in powers if not p % every]


def heat_chart(
    heat: HeatMap,
    title: str,
    axes: tuple[str, str],
    aspect: float,
    note: str,
    *,
    upward: bool = False,
) -> str:
    """Return a grid of cells, the fuller the stronger.

    Args:
        axes: words for across and up.
        aspect: height over width.
        upward: whether the first row stands at the bottom.
    """
    if not heat.total:
        return figure(title, '<p class="none">Nothing to show.</p>')
    rows, columns = heat.counts.shape
    across, down = _MAP / columns, _MAP * aspect / rows
    counts = heat.counts[::-1] if upward else heat.counts
    most = int(counts.max())
    parts = [f'<rect class="ground" width="{_MAP}" height="{_MAP * aspect:.1f}"/>']
    for row, column in np.argwhere(counts).tolist():
        count = int(counts[row, column])
        # Square roots show that a cell is not empty beside much fuller ones.
        parts.append(
            f'<rect class="heat" x="{column * across:.1f}" y="{row * down:.1f}" '
            f'width="{across:.1f}" height="{down:.1f}" opacity="{math.sqrt(count / most):.2f}">'
            f"<title>{count:,}</title></rect>"
        )
    bottom = _MAP * aspect + 15
    parts.append(f'<text x="{_MAP / 2}" y="{bottom:.1f}" text-anchor="middle">{axes[0]}</text>')
    middle = _MAP * aspect / 2
    parts.append(
        f'<text transform="translate(-8 {middle:.1f}) rotate(-90)" text-anchor="middle">'
        f"{axes[1]}</text>"
    )
    label = f"{title}: {heat.total:,} boxes, at most {most:,} in a cell"
    chart = _svg(-24, -2, _MAP + 28, _MAP * aspect + 24, label, parts)
    return figure(title, chart, note)


def sphere_chart(sphere: SphereCoverage, title: str, ends: tuple[str, str]) -> str:
    """Return both halves of a sphere as discs on which equal areas stay equal (Lambert 1772).

    Args:
        ends: words for the upper and the lower half.
    """
    if not sphere.total:
        return figure(title, '<p class="none">Nothing to show.</p>')
    parts, most = [], int(sphere.counts.max())
    for half, words in enumerate(ends):
        x = _RADIUS + half * (2 * _RADIUS + 20)
        parts.append(f'<g transform="translate({x} {_RADIUS})">')
        parts.append(f'<circle class="ground" r="{_RADIUS}"/>')
        for ring in range(RINGS // 2):
            counts = sphere.counts[RINGS - 1 - ring if half == 0 else ring]
            # The lower half is seen from below, so that it turns the other way.
            parts += [
                _cell(ring, sector, half == 1, int(count), most)
                for sector, count in enumerate(counts.tolist())
                if count
            ]
        parts.append(f'<text y="{_RADIUS + 16}" text-anchor="middle">{escape(words)}</text></g>')
    label = f"{title}: {percent(sphere.covered)} of all directions, {sphere.total:,} views"
    chart = _svg(-2, -2, 4 * _RADIUS + 24, 2 * _RADIUS + 26, label, parts)
    note = f"{percent(sphere.covered)} of {RINGS * SECTORS} equal cells hold a view"
    return figure(title, chart, note)


def _cell(ring: int, sector: int, is_mirrored: bool, count: int, most: int) -> str:
    inner, outer = (_RADIUS * math.sqrt(r / (RINGS // 2)) for r in (ring, ring + 1))
    angles = [2 * math.pi * (sector + end) / SECTORS for end in (0, 1)]
    turn = 1 if is_mirrored else -1
    (ax, ay), (bx, by) = ((math.cos(a), turn * math.sin(a)) for a in angles)
    sweep = int(is_mirrored)
    path = (
        f"M{inner * ax:.1f} {inner * ay:.1f}L{outer * ax:.1f} {outer * ay:.1f}"
        f"A{outer:.1f} {outer:.1f} 0 0 {sweep} {outer * bx:.1f} {outer * by:.1f}"
        f"L{inner * bx:.1f} {inner * by:.1f}"
        f"A{inner:.1f} {inner:.1f} 0 0 {1 - sweep} {inner * ax:.1f} {inner * ay:.1f}Z"
    )
    opacity = math.sqrt(count / most)
    return f'<path class="heat" d="{path}" opacity="{opacity:.2f}"><title>{count:,}</title></path>'


def _svg(
    left: float, top: float, width: float, height: float, label: str, parts: Iterable[str]
) -> str:
    box = f"{left:g} {top:g} {width:g} {height:g}"
    return f'<svg viewBox="{box}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def bar_table(
    title: str,
    rows: Sequence[tuple[str, int, Color | None]],
    note: str = "",
    shown: int = 40,
    total: int = 0,
) -> str:
    """Return named counts as a table with bars.

    Args:
        rows: name, count and colour; None takes the page's own.
        shown: how many rows at most.
        total: what shares are of; 0 takes the sum of all counts.
    """
    counts = [count for _, count, _ in rows]
    most, total = max(counts, default=0), total or sum(counts)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td><span class="fill" '
        f'style="width:{100 * count / max(1, most):.1f}%{_background(color)}"></span></td>'
        f"<td>{count:,}</td><td>{percent(count / max(1, total))}</td></tr>"
        for name, count, color in rows[:shown]
    )
    if len(rows) > shown:
        note = f"{note} And {len(rows) - shown} more.".strip()
    return figure(title, f'<table class="bars">{body}</table>', note)


def pair_table(
    names: Sequence[str], ours: NDArray[np.float64], theirs: NDArray[np.float64], shown: int = 40
) -> str:
    """Return two shares for each name as a table with bars, the largest first."""
    most = max(float(ours.max(initial=0)), float(theirs.max(initial=0)), 1e-9)
    order = sorted(range(len(names)), key=lambda i: (-max(ours[i], theirs[i]), i))[:shown]
    body = "".join(
        f'<tr><th scope="row">{escape(names[i])}</th><td>'
        f'<span class="fill" style="width:{100 * ours[i] / most:.1f}%"></span>'
        f'<span class="fill theirs" style="width:{100 * theirs[i] / most:.1f}%"></span></td>'
        f"<td>{percent(float(ours[i]))}</td><td>{percent(float(theirs[i]))}</td></tr>"
        for i in order
    )
    return (
        '<table class="bars"><thead><tr><td></td><td></td><th scope="col">here</th>'
        f'<th scope="col">there</th></tr></thead>{body}</table>'
    )


def _background(color: Color | None) -> str:
    return f";background:{hex_color(color)}" if color else ""
