"""The colours of drawn annotations: one for each class, the same in every picture."""

from __future__ import annotations

Color = tuple[int, int, int]

# Okabe and Ito's palette for all kinds of colour vision, without its black, then colours from Paul
# Tol's "bright" and "muted" schemes that differ most from these.
_CLASS_COLORS: tuple[Color, ...] = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (240, 228, 66),
    (204, 121, 167),
    (213, 94, 0),
    (0, 114, 178),
    (170, 68, 153),
    (153, 153, 51),
    (68, 170, 153),
    (136, 34, 85),
    (221, 204, 119),
)

DISTRACTOR: Color = (154, 158, 165)
PAPER: Color = (22, 24, 28)
INK: Color = (236, 238, 241)
FAINT_INK: Color = (158, 164, 173)

_BLACK: Color = (0, 0, 0)
_WHITE: Color = (255, 255, 255)


def class_color(category_id: int) -> Color:
    """Return the colour of a class; beyond the palette's end colours come again."""
    return _CLASS_COLORS[(category_id - 1) % len(_CLASS_COLORS)]


def ink_on(background: Color) -> Color:
    """Return black or white, whichever can be read better on a background."""
    return max(_BLACK, _WHITE, key=lambda ink: contrast(ink, background))


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightened(color: Color, share: float) -> Color:
    """Return a colour moved towards white by a share in 0..1."""
    red, green, blue = (round(value + share * (255 - value)) for value in color)
    return red, green, blue


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(value / 255) for value in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
