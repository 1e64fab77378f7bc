"""Makes the pictures of docs/quick_start.md from those of the window test.

SYNTH_BLENDER=path/to/blender python -m pytest tests/window    # takes them
python tools/make_screenshots.py                               # or both: make screenshots
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TAKEN = ROOT / "build" / "window"
SHOWN = ROOT / "docs" / "images" / "quick_start"
WIDTH = 1100


def main() -> None:
    """Write the pictures that the quick start shows, smaller and as JPEG."""
    text = (ROOT / "docs" / "quick_start.md").read_text("utf-8")
    taken = [path for path in sorted(TAKEN.glob("*.png")) if f"/{path.stem[3:]}.jpg" in text]
    if not taken:
        raise SystemExit(f"{TAKEN} holds no pictures: set SYNTH_BLENDER and run tests/window first")
    SHOWN.mkdir(parents=True, exist_ok=True)
    for path in taken:
        with Image.open(path) as picture:
            size = (WIDTH, round(picture.height * WIDTH / picture.width))
            smaller = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        target = SHOWN / f"{path.stem[3:]}.jpg"
        smaller.save(target, quality=88, optimize=True)
        sys.stdout.write(f"{target.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
