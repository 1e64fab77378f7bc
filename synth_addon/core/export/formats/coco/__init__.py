"""COCO: instances with boxes, masks and keypoints, and panoptic segmentation.

https://cocodataset.org/#format-data. `annotations/instances_PART.json` lists the images of the
folder PART. Boxes and polygons are continuous pixels from the image's top-left corner, keypoints
count from the first pixel's centre. The class of an annotation is counted from 1, annotations
count from 1 through all parts. Beyond COCO's own keys annotations carry `instance_id`,
`visible_fraction`, `truncation_fraction`, `bbox_amodal` and `segmentation_amodal`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from ....errors import UsageError
from ...format import FormatOption, Options
from ...placing import place_file
from ...record import ExportRecord
from ...source import ExportSource
from ...splits import Shares
from .checks import InstanceChecks
from .instances import InstanceChoices, instances_file
from .panoptic import panoptic_file, panoptic_problems

ANNOTATIONS = "annotations"
SEGMENTATION = FormatOption(
    "rle", "masks as run-length codes or as polygons, both exact", ("rle", "polygons")
)


class Coco:
    """See the module."""

    summary = "COCO instances, keypoints and panoptic, for pycocotools, torchvision, detectron2"
    options: Mapping[str, FormatOption] = {
        "segmentation": SEGMENTATION,
        "keypoints": FormatOption(True, "write the keypoints of classes that have any"),
        "panoptic": FormatOption(False, "write panoptic segmentation too"),
    }
    shares: Shares = {"train": 0.8, "val": 0.2}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        if ANNOTATIONS in source.part_names:
            raise UsageError(
                f"--split {ANNOTATIONS}: COCO's files have a folder of that name. "
                "Choose another name for the part"
            )
        choices = InstanceChoices(
            polygons=options["segmentation"] == "polygons",
            keypoints=bool(options["keypoints"]),
            extended=True,
        )
        ids = count(1)
        for part in source.part_names:
            (folder / part).mkdir()
            path = folder / ANNOTATIONS / f"instances_{part}.json"
            with ExitStack() as files:
                adders = [files.enter_context(instances_file(path, source, ids, choices))]
                if options["panoptic"]:
                    path = folder / ANNOTATIONS / f"panoptic_{part}.json"
                    adders.append(files.enter_context(panoptic_file(path, source)))
                for frame in source.frames(part):
                    picture = folder / part / f"{frame.name}.png"
                    place_file(frame.image_file, picture, hardlink=source.hardlinks)
                    for add in adders:
                        add(frame)

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        checks = InstanceChecks(record)
        for part in record.counts:
            path = folder / ANNOTATIONS / f"instances_{part}.json"
            yield from checks.problems(path, part, folder / part)
            if record.options["panoptic"]:
                path = folder / ANNOTATIONS / f"panoptic_{part}.json"
                yield from panoptic_problems(path, record.categories, checks.images)


FORMAT = Coco()
