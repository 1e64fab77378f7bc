"""Renders a picture of every preset and writes docs/presets.md.

python tools/make_gallery.py [NAME]…          # or: make gallery

Without names all presets are rendered. Scene and view shown are the preset's first, so that
anyone gets the same picture.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from make_pictures import write_jpeg
from PIL import Image

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.recipe.loading import load_recipe, preset_names

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images" / "presets"
PAGE = ROOT / "docs" / "presets.md"
LADDER = ("cup_hdri", "cup_room", "cup_pose", "cup_textures", "cup_clutter", "cup_furnished")
"""A story of growing realism; the other presets follow by name."""


def page(names: list[str]) -> str:
    """Return the document that shows and describes the presets."""
    parts = [
        "# Presets",
        "Every preset runs with nothing downloaded: `synth generate NAME --output DIR`. Point it "
        "at folders of real assets, and it draws from them too: `--set assets.hdri=DIR` "
        "(environment images), `--set assets.textures=DIR` (folders of texture sets) and "
        "`--set assets.models=DIR` (meshes). `synth preset show NAME` prints a preset with all "
        "its ranges.",
        "The pictures are the first frame of each, made by `make gallery`, which writes this page.",
    ]
    for name in names:
        recipe = load_recipe(name).recipe
        parts += [
            f"## {name}",
            f"![{recipe.description}](images/presets/{name}.jpg)",
            recipe.description,
        ]
    return "\n\n".join(parts) + "\n"


def render(name: str, folder: Path) -> Image.Image:
    """Return the first frame of a preset."""
    output = folder / name
    command = [sys.executable, "-m", "synth_addon.cli", "generate", name, "--output", str(output)]
    subprocess.run([*command, "--scenes", "1", "--set", "views_per_scene=1"], check=True, cwd=ROOT)
    return Image.fromarray(open_dataset(output).image(0))


def ordered(names: list[str]) -> list[str]:
    """Return names with the ladder's first, in its order."""
    return [name for name in LADDER if name in names] + sorted(set(names) - set(LADDER))


def main() -> None:
    """Write docs/presets.md and docs/images/presets/."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or preset_names():
        with tempfile.TemporaryDirectory() as folder:
            write_jpeg(render(name, Path(folder)), PICTURES / f"{name}.jpg")
    PAGE.write_text(page(ordered(preset_names())), encoding="utf-8")


if __name__ == "__main__":
    main()
