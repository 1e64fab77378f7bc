"""Turn frames and annotations into files: images, frame records and COCO."""
