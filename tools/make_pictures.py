"""Makes the README's pictures from the demo's dataset.

python tools/make_pictures.py build/demo          # or: make pictures
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synth_addon.core.dataset.reading import Dataset, open_dataset
from synth_addon.core.pictures.contact_sheet import contact_sheet
from synth_addon.core.pictures.overlay import draw_frame
from synth_addon.core.pictures.palette import PAPER
from synth_addon.core.report.page import ReportOptions, write_report

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 300_000
FRAMES, COLUMNS, SHEET_WIDTH = 12, 4, 1600
CHANNELS_FRAME, TILE_WIDTH, GAP = 0, 400, 8


def channels(dataset: Dataset, frame: int) -> Image.Image:
    """Return one frame's picture, annotations, depth and normals side by side."""
    tiles = [
        Image.fromarray(dataset.image(frame)),
        draw_frame(dataset, frame),
        Image.fromarray(_shown_depth(dataset.depth(frame))),
        Image.fromarray(np.rint(dataset.normals(frame) * 127.5 + 127.5).astype(np.uint8)),
    ]
    height = round(TILE_WIDTH * dataset.info.height / dataset.info.width)
    row = Image.new("RGB", (len(tiles) * (TILE_WIDTH + GAP) - GAP, height), PAPER)
    for index, tile in enumerate(tiles):
        fitted = tile.convert("RGB").crop((0, 0, dataset.info.width, dataset.info.height))
        fitted = fitted.resize((TILE_WIDTH, height), Image.Resampling.LANCZOS)
        row.paste(fitted, (index * (TILE_WIDTH + GAP), 0))
    return row


def report(directory: Path) -> Image.Image:
    """Return the upper part of the report's page as Chromium shows it."""
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder) / "report.html", Path(folder) / "report.png"
        write_report(directory, page, ReportOptions(frames=9))
        flags = ["--headless=new", "--no-sandbox", "--hide-scrollbars", "--window-size=1280,1500"]
        flags += ["--disable-background-networking", f"--user-data-dir={folder}/profile"]
        command = ["chromium", *flags, f"--screenshot={picture}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(picture) as shown:
            return shown.convert("RGB")


def _shown_depth(depth: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return near as bright and far as dark, evenly in the inverse."""
    nearness = 1 / depth
    low, high = nearness.min(), nearness.max()
    return np.rint(255 * (nearness - low) / (high - low)).astype(np.uint8)


def write_jpeg(picture: Image.Image, path: Path) -> None:
    """Write the best JPEG of at most `MOST_BYTES`."""
    for quality in range(90, 30, -5):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= MOST_BYTES:
            path.write_bytes(data.getvalue())
            break
    size = f"{picture.width}x{picture.height}, {data.tell() / 1000:.0f} kB"
    sys.stdout.write(f"{path.relative_to(ROOT)}: {size}, quality {quality}\n")


def main() -> None:
    """Write docs/images/."""
    dataset = open_dataset(Path(sys.argv[1]))
    IMAGES.mkdir(exist_ok=True)
    sheet = contact_sheet(dataset, dataset.frame_numbers(), FRAMES, COLUMNS)
    height = round(sheet.height * SHEET_WIDTH / sheet.width)
    sheet = sheet.resize((SHEET_WIDTH, height), Image.Resampling.LANCZOS)
    write_jpeg(sheet, IMAGES / "contact_sheet.jpg")
    write_jpeg(report(dataset.directory), IMAGES / "report.jpg")
    write_jpeg(channels(dataset, CHANNELS_FRAME), IMAGES / "channels.jpg")


if __name__ == "__main__":
    main()
