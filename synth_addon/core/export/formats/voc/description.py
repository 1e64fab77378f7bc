"""The XML that describes one picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from ....annotation import ObjectAnnotation
from ...source import ExportFrame

FLAGS = ("truncated", "occluded", "difficult")
_HIDDEN = 0.05


def description(frame: ExportFrame, segmentation: bool) -> ET.Element:
    """Return the XML of a frame and its objects."""
    annotation = frame.annotation
    root = ET.Element("annotation")
    _add(root, {"folder": "VOC2012", "filename": f"{frame.name}.png"})
    _add(ET.SubElement(root, "source"), dict.fromkeys(("database", "annotation", "image"), "Synth"))
    size = {"width": annotation.width, "height": annotation.height, "depth": 3}
    _add(ET.SubElement(root, "size"), size)
    _add(root, {"segmented": int(segmentation)})
    for shown in frame.objects:
        _add_object(root, shown)
    ET.indent(root, "\t")
    return root


def _add_object(root: ET.Element, shown: ObjectAnnotation) -> None:
    assert shown.visible_box is not None
    x, y, w, h = map(int, shown.visible_box)
    hidden = 1 - shown.visible_pixels / max(shown.amodal_pixels, 1)
    element = ET.SubElement(root, "object")
    _add(
        element,
        {
            "name": shown.category,
            "pose": "Unspecified",
            "truncated": int(shown.truncation_fraction > 0),
            "occluded": int(hidden > _HIDDEN),
        },
    )
    box = {"xmin": x + 1, "ymin": y + 1, "xmax": x + w, "ymax": y + h}
    _add(ET.SubElement(element, "bndbox"), box)
    _add(element, {"difficult": 0})


def _add(parent: ET.Element, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = str(value)
