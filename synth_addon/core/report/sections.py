"""The parts of the page, each as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from html import escape

from ..dataset.info import DatasetInfo
from ..dataset.layout import image_path
from ..pictures.palette import class_color
from .charts import (
    bar_table,
    count_chart,
    figure,
    heat_chart,
    hex_color,
    histogram_chart,
    level_chart,
    pair_chart,
    pair_table,
    percent,
    plain,
    sphere_chart,
)
from .comparison import Difference
from .gathering import Statistics
from .other_pictures import OtherStatistics
from .picture_statistics import MEASURED_SIDE

Link = Callable[[str], str]
_GROUPS_SHOWN, _FRAMES_SHOWN = 12, 6


def section(name: str, title: str, content: str, note: str = "") -> str:
    """Return one section of the page; `name` is its anchor."""
    words = f'<p class="note">{escape(note)}</p>' if note else ""
    head = f'<h2 id="{name}-title">{escape(title)}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-title">{head}{words}{content}</section>'


def summary(info: DatasetInfo, statistics: Statistics, scenes: int) -> str:
    """Return the figures at the page's top."""
    objects = statistics.objects
    facts = (
        (f"{objects.frames:,}", "frame" if objects.frames == 1 else "frames"),
        (f"{scenes:,}", "scene" if scenes == 1 else "scenes"),
        (f"{objects.seen:,}", "targets seen"),
        (f"{len(info.categories):,}", "class" if len(info.categories) == 1 else "classes"),
        (f"{info.width} × {info.height}", "pixels"),
    )
    items = "".join(f"<li><strong>{escape(n)}</strong> {escape(what)}</li>" for n, what in facts)
    made = f"Made by Synth {info.synth_version} with {info.renderer}."
    return f'<ul class="facts">{items}</ul><p class="note">{escape(made)}</p>'


def warning_list(found: Sequence[str]) -> str:
    """Return the warnings, or that there are none."""
    if not found:
        return '<p class="good">Nothing looks wrong.</p>'
    return f'<ul class="warnings">{"".join(f"<li>{escape(text)}</li>" for text in found)}</ul>'


def classes(info: DatasetInfo, statistics: Statistics) -> str:
    """Return the class balance."""
    found = statistics.objects.classes
    colors = {category.name: class_color(category.id) for category in info.categories}
    rows = sorted(found.items(), key=lambda item: (-item[1].seen, item[0]))
    seen = bar_table(
        "Targets seen",
        [(name, each.seen, colors.get(name)) for name, each in rows],
        "Each target in each frame that has at least one visible pixel.",
    )
    frames = bar_table(
        "Frames that show the class",
        [(name, each.frames, colors.get(name)) for name, each in rows],
        total=statistics.objects.frames,
    )
    unseen = bar_table(
        "Targets in the scene, but not seen",
        [(name, each.unseen, colors.get(name)) for name, each in rows],
        "Hidden or outside the picture: they have no label.",
    )
    return _grid(
        seen, frames, unseen, count_chart(statistics.objects.per_frame, "Targets in a frame")
    )


def boxes(info: DatasetInfo, statistics: Statistics) -> str:
    """Return sizes and places of boxes."""
    objects, aspect = statistics.objects, info.height / info.width
    return _grid(
        histogram_chart(
            objects.box_size,
            "Box size",
            percent,
            "The side of a square as large as the box, as a share of the picture's.",
        ),
        heat_chart(
            objects.places,
            "Where boxes lie",
            ("left to right", "bottom to top"),
            aspect,
            "Middles of visible boxes in the picture.",
        ),
        heat_chart(
            objects.sides,
            "Width and height of boxes",
            ("width, 1/256 to 1", "height, 1/256 to 1"),
            1.0,
            "Shares of the picture's width and height; each step is a factor of √2.",
            upward=True,
        ),
    )


def visibility(statistics: Statistics) -> str:
    """Return how much is seen of targets."""
    objects, seen = statistics.objects, max(1, statistics.objects.seen)
    whole = f"{percent(objects.whole / seen)} are seen as a whole."
    uncut = f"{percent(objects.uncut / seen)} are wholly inside the picture."
    visible = "Visible pixels over those of the silhouette."
    outside = "Share of the silhouette outside the picture."
    return _grid(
        histogram_chart(objects.visibility, "Visible share", percent, visible, whole),
        histogram_chart(objects.truncation, "Truncation", percent, outside, uncut),
    )


def poses(statistics: Statistics) -> str:
    """Return from where each class is seen."""
    return _grid(
        *(
            sphere_chart(found.directions, name, ("from above (+z)", "from below (−z)"))
            for name, found in statistics.objects.classes.items()
            if found.seen
        )
    )


def cameras(statistics: Statistics) -> str:
    """Return from where cameras look."""
    found = statistics.cameras
    return _grid(
        sphere_chart(found.directions, "Cameras", ("looking down", "looking up")),
        histogram_chart(found.elevation, "Elevation", _degrees, "90° looks straight down."),
        histogram_chart(found.azimuth, "Azimuth", _degrees),
        histogram_chart(
            statistics.objects.distance,
            "Distance",
            partial(_with_unit, " m"),
            "From the camera to each target that is seen.",
        ),
    )


def lights(statistics: Statistics) -> str:
    """Return what lights the scenes."""
    found = statistics.lights
    charts = [
        bar_table("Kinds of environment", _counted(found.environments), "By scene."),
        histogram_chart(found.strength, "Strength of environments", plain),
        count_chart(found.lamps, "Lamps in a scene"),
    ]
    if found.files:
        charts.append(bar_table("Environment images", _counted(found.files), shown=20))
    if found.kinds:
        charts.append(bar_table("Kinds of lamp", _counted(found.kinds)))
    for kind, energy in sorted(found.energy.items()):
        unit = " W/m²" if kind == "sun" else " W"
        title = f"Energy of {kind} lamps"
        charts.append(histogram_chart(energy, title, partial(_with_unit, unit)))
    return _grid(*charts)


def pictures(statistics: Statistics) -> str:
    """Return how bright, sharp and coloured pictures are."""
    found = statistics.pictures
    colors = level_chart(found.levels, "Levels of red, green and blue")
    sharp = f"Variance of the Laplacian at {MEASURED_SIDE} pixels; flat pictures are on the left."
    return _grid(
        histogram_chart(
            found.brightness, "Brightness", plain, "Mean luma of a picture as displayed."
        ),
        histogram_chart(found.sharpness, "Sharpness", plain, sharp),
        figure("Colour", colors, "Mean share of pixels at each level of red, green and blue."),
    )


def duplicates(statistics: Statistics, link: Link) -> str:
    """Return groups of equal pictures and of pictures that look equal."""
    equal = _groups(statistics.equal, link, "No two image files are equal.")
    near = _groups(statistics.near, link, "No two measured pictures look equal.")
    return (
        f"<h3>Equal</h3>{equal}<h3>Nearly equal</h3>"
        '<p class="note">Linked by 64-bit difference hashes at most 4 bits apart, among the '
        f"measured pictures.</p>{near}"
    )


def outliers(statistics: Statistics, link: Link, with_pictures: bool) -> str:
    """Return the most extreme frames, with links to their pictures."""
    blocks = []
    for name, extremes in statistics.outliers.items():
        found = extremes.most_extreme()
        items = "".join(
            f"<li>{_frame_link(each.frame, link, with_pictures)} {escape(each.what)}</li>"
            for each in found
        )
        content = f'<ol class="outliers">{items}</ol>' if items else '<p class="none">None.</p>'
        blocks.append(f"<div><h3>{escape(name)}</h3>{content}</div>")
    return _grid(*blocks)


def comparison(other: OtherStatistics, found: Sequence[Difference]) -> str:
    """Return both sides of all that can be compared."""
    words = f"{other.files:,} pictures, {other.pictures.count:,} of them measured."
    if other.unreadable:
        words += f" {other.unreadable:,} could not be read."
    charts = []
    for each in found:
        if each.name == "Class balance":
            chart = pair_table(each.labels, each.ours, each.theirs)
        else:
            chart = pair_chart(each.ours, each.theirs, each.labels, each.sentence)
        distance = f", moved by {each.distance}" if each.distance else ""
        numbers = f"{100 * each.overlap:.0f} % overlap{distance}. {each.sentence}"
        charts.append(figure(each.name, chart, numbers))
    legend = (
        '<p class="legend"><span class="fill"></span> here '
        f'<span class="fill theirs"></span> there: {escape(other.name)}, {escape(other.kind)}. '
        f"{escape(words)}</p>"
    )
    return legend + _grid(*charts)


def class_choices(info: DatasetInfo) -> str:
    """Return the classes as options of the filter."""
    return "".join(
        f'<option value="{escape(category.name)}">{escape(category.name)}</option>'
        for category in info.categories
    )


def class_legend(info: DatasetInfo) -> str:
    """Return the classes with their colours."""
    return "".join(
        f'<li><span class="swatch" style="background:{hex_color(class_color(category.id))}"></span>'
        f"{escape(category.name)}</li>"
        for category in info.categories
    )


def _groups(groups: Sequence[Sequence[int]], link: Link, none: str) -> str:
    if not groups:
        return f'<p class="none">{none}</p>'
    items = []
    for group in groups[:_GROUPS_SHOWN]:
        links = " ".join(_frame_link(number, link, False) for number in group[:_FRAMES_SHOWN])
        more = f" and {len(group) - _FRAMES_SHOWN:,} more" if len(group) > _FRAMES_SHOWN else ""
        items.append(f"<li>{links}{more}</li>")
    rest = len(groups) - _GROUPS_SHOWN
    tail = f"<p>And {rest:,} more groups.</p>" if rest > 0 else ""
    return f'<ul class="groups">{"".join(items)}</ul>{tail}'


def _frame_link(number: int, link: Link, with_picture: bool) -> str:
    place = escape(link(image_path(number)))
    picture = f'<img loading="lazy" alt="" src="{place}">' if with_picture else ""
    return f'<a href="{place}">{picture}frame {number}</a>'


def _counted(counts: Counter[str]) -> list[tuple[str, int, None]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(name, count, None) for name, count in ordered]


def _grid(*content: str) -> str:
    return f'<div class="grid">{"".join(content)}</div>'


def _with_unit(unit: str, value: float) -> str:
    return plain(value) + unit


def _degrees(value: float) -> str:
    return f"{value:.0f}°"
