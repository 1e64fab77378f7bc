"""COCO as CVAT's importer "COCO 1.0" reads it: for looking at labels and mending them by hand.

CVAT reads COCO by datumaro.plugins.data_formats.coco (https://github.com/cvat-ai/datumaro):
`annotations/instances_PART.json` describes the images of `images/PART/`. A run-length code,
compressed or not and whatever `iscrowd` says, becomes one mask that is exact to the pixel; each
polygon becomes a shape of its own, and those of one annotation a group. So masks are the default
here too; versions of CVAT that have no masks want polygons. `iscrowd` is 0: it becomes the
attribute `is_crowd` and nothing else. Other keys are not read, so there are none.

To look at an export, make a task of the pictures, with the classes as labels, and upload the JSON
file as annotations; or upload all of the folder, zipped, as a project's dataset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from ..format import FormatOption, Options
from ..placing import place_file
from ..record import ExportRecord
from ..source import ExportSource
from ..splits import Shares
from .coco import ANNOTATIONS, SEGMENTATION
from .coco.checks import InstanceChecks
from .coco.instances import InstanceChoices, instances_file

IMAGES = "images"


class Cvat:
    """See the module."""

    summary = "COCO 1.0 as CVAT imports it, to look at labels and mend them"
    options: Mapping[str, FormatOption] = {"segmentation": SEGMENTATION}
    shares: Shares = {"default": 1.0}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        choices = InstanceChoices(
            polygons=options["segmentation"] == "polygons", keypoints=False, extended=False
        )
        ids = count(1)
        for part in source.part_names:
            pictures = folder / IMAGES / part
            pictures.mkdir(parents=True)
            with instances_file(_annotations(folder, part), source, ids, choices) as add:
                for frame in source.frames(part):
                    picture = pictures / f"{frame.name}.png"
                    place_file(frame.image_file, picture, hardlink=source.hardlinks)
                    add(frame)

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        checks = InstanceChecks(record)
        for part in record.counts:
            yield from checks.problems(_annotations(folder, part), part, folder / IMAGES / part)


def _annotations(folder: Path, part: str) -> Path:
    return folder / ANNOTATIONS / f"instances_{part}.json"


FORMAT = Cvat()
