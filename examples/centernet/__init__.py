"""A small CenterNet that learns from datasets or streams; docs/centernet.md says how to run it."""
