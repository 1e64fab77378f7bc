"""Average precision of a detector on a dataset, by COCO's own code."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from .decoding import Detections, detections_of
from .labels import is_wanted
from .model import CenterNet
from .training import Batch, pictures_of

Found = list[tuple[Mapping[str, Any], Detections]]
"""Annotation and detections of each frame."""


@dataclass(frozen=True)
class Precision:
    """Average precision at an overlap of one half, and the mean from 0.5 to 0.95."""

    ap50: float
    ap: float


@torch.no_grad()
def detect(model: CenterNet, batches: Iterable[Batch]) -> Found:
    """Return what the network finds in each frame, beside the frame's annotation."""
    model.eval()
    found: Found = []
    for batch in batches:
        detections = detections_of(model(pictures_of(batch)))
        found.extend(zip(batch["annotation"], detections, strict=True))
    return found


def precision(found: Found, classes: Sequence[str]) -> dict[str, Precision]:
    """Return the precision of each class, and that of all under the name ``all``.

    What need not be found, because too little of it is visible, counts neither for nor against.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = _truth(found, classes)
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes(_results(found)), "bbox")
        judge.evaluate()
        judge.accumulate()
    # axes: overlap, recall, class, area, most detections
    values = judge.eval["precision"][:, :, :, 0, -1]
    each = {name: _precision(values[:, :, place]) for place, name in enumerate(classes)}
    return each | {"all": _precision(values)}


def _precision(values: NDArray[np.float64]) -> Precision:
    """Return the means over recall and class; the first axis is overlap, from one half on."""
    return Precision(_mean(values[0]), _mean(values))


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of what is known; COCO marks classes that no frame shows by -1."""
    known = values[values > -1]
    return float(known.mean()) if known.size else float("nan")


def _truth(found: Found, classes: Sequence[str]) -> dict[str, Any]:
    shown = [
        (annotation["frame"], one)
        for annotation, _ in found
        for one in annotation["objects"]
        if one["category_id"] is not None and one["visible_box"] is not None
    ]
    return {
        "images": [{"id": annotation["frame"]} for annotation, _ in found],
        "categories": [{"id": i, "name": name} for i, name in enumerate(classes, 1)],
        "annotations": [
            {
                "id": number,
                "image_id": frame,
                "category_id": one["category_id"],
                "bbox": one["visible_box"],
                "area": one["visible_box"][2] * one["visible_box"][3],
                "iscrowd": int(not is_wanted(one)),
            }
            for number, (frame, one) in enumerate(shown, 1)
        ],
    }


def _results(found: Found) -> NDArray[np.float64]:
    rows = [row for annotation, detections in found for row in _rows(annotation, detections)]
    return np.array(rows, np.float64).reshape(-1, 7)


def _rows(annotation: Mapping[str, Any], detections: Detections) -> Iterator[list[float]]:
    columns = zip(detections.boxes, detections.scores, detections.classes, strict=True)
    for box, score, kind in columns:
        yield [annotation["frame"], *box.tolist(), float(score), int(kind) + 1]
