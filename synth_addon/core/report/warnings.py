"""What looks wrong with a dataset, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from .gathering import Statistics

FEW_OBJECTS = 100
FEW_SHARE = 0.1
EMPTY_SHARE = 0.1
HUGGING_CELLS, HUGGING_SHARE, HUGGING_FROM = 0.05, 0.5, 50
TRUNCATED_SHARE = HIDDEN_SHARE = TINY_SHARE = 0.3
DARK_SHARE = 0.02
NEAR_SHARE = 0.05
_LISTED = 6


def warnings(statistics: Statistics) -> list[str]:
    """Return one sentence or two for each thing that a user should look at."""
    return [
        *_about_classes(statistics),
        *_about_frames(statistics),
        *_about_boxes(statistics),
        *_about_pictures(statistics),
    ]


def _about_classes(statistics: Statistics) -> Iterator[str]:
    classes, seen = statistics.objects.classes, statistics.objects.seen
    never = [f"“{name}”" for name, found in classes.items() if not found.seen]
    if never:
        verb = "is" if len(never) == 1 else "are"
        yield (
            f"{_listed(never)} {verb} never seen. A model cannot learn a class without examples: "
            "look at the counts, sizes and places in the recipe."
        )
    few = [
        f"“{name}” ({found.seen})"
        for name, found in classes.items()
        if 0 < found.seen < FEW_OBJECTS
    ]
    if few:
        yield f"Seen fewer than {FEW_OBJECTS} times: {_listed(few)}. Generate more scenes."
    fair = seen / max(1, len(classes))
    rare = [
        f"“{name}” ({_percent(found.seen, seen)})"
        for name, found in classes.items()
        if FEW_OBJECTS <= found.seen < FEW_SHARE * fair
    ]
    if rare:
        yield f"Rare beside the others: {_listed(rare)} of all objects. Raise their counts."


def _about_frames(statistics: Statistics) -> Iterator[str]:
    objects = statistics.objects
    if objects.empty_frames > EMPTY_SHARE * objects.frames:
        yield (
            f"{_percent(objects.empty_frames, objects.frames)} of the frames show no target "
            f"({objects.empty_frames:,} of {objects.frames:,}). A few teach what is background; "
            "many waste training."
        )


def _about_boxes(statistics: Statistics) -> Iterator[str]:
    objects, seen = statistics.objects, statistics.objects.seen
    held = objects.places.share_of_fullest(HUGGING_CELLS)
    if seen >= HUGGING_FROM and held > HUGGING_SHARE:
        yield (
            f"Boxes hug one place: {100 * held:.0f} % of their middles lie in "
            f"{100 * HUGGING_CELLS:.0f} % of the picture. "
            "Vary where cameras look, with look_at_offset or off_center."
        )
    for count, share, words in (
        (
            objects.cut_off,
            TRUNCATED_SHARE,
            "are cut off by the picture's edge by more than a fifth",
        ),
        (objects.hidden, HIDDEN_SHARE, "show less than 30 % of themselves"),
        (objects.tiny, TINY_SHARE, "have fewer than 64 visible pixels"),
    ):
        if count > share * max(1, seen):
            yield f"{_percent(count, seen)} of the seen targets {words}."


def _about_pictures(statistics: Statistics) -> Iterator[str]:
    count = max(1, statistics.pictures.count)
    for found, words in ((statistics.black, "black"), (statistics.white, "white")):
        if found > DARK_SHARE * count:
            yield (
                f"{_percent(found, count)} of the measured pictures are nearly {words}. "
                "Look at lights, environment and exposure."
            )
    if statistics.equal:
        frames = sum(len(group) for group in statistics.equal)
        yield (f"{frames:,} frames share their picture with another, byte by byte. See Duplicates.")
    near = sum(len(group) - 1 for group in statistics.near)
    if near > NEAR_SHARE * count:
        yield (
            f"{_percent(near, count)} of the measured pictures look nearly like another one. "
            "Vary cameras and scenes more, or take fewer views of a scene."
        )


def _listed(words: list[str]) -> str:
    if len(words) > _LISTED:
        return f"{', '.join(words[:_LISTED])} and {len(words) - _LISTED} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _percent(part: int, whole: int) -> str:
    percent = 100 * part / max(1, whole)
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"
