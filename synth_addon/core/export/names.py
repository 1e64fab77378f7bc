"""The formats that ship, by what people call them; light enough for menus."""

from __future__ import annotations

from collections.abc import Mapping

FORMAT_LABELS: Mapping[str, str] = {
    "coco": "COCO",
    "yolo": "YOLO",
    "bop": "BOP",
    "hdf5": "HDF5",
    "webdataset": "WebDataset",
    "voc": "Pascal VOC",
    "kitti": "KITTI",
    "transforms": "NeRF",
    "huggingface": "Hugging Face",
    "cvat": "CVAT",
}
