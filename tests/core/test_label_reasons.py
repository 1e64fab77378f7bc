"""Why an object has a label or none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from synth_addon.core.label_reasons import label_reasons


def item(**values: Any) -> SimpleNamespace:
    base = {"group": "cup", "instance_id": 3, "category": "mug", "visible_fraction": 0.25}
    base |= {"silhouette_pixels": 400.0, "amodal_pixels": 300, "visible_pixels": 100}
    return SimpleNamespace(**base | values)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({}, "cup 3: mug, 25 % seen, 100 pixels"),
        ({"visible_fraction": 0.999}, "cup 3: mug, 99 % seen, 100 pixels"),
        ({"visible_fraction": 0.001}, "cup 3: mug, 1 % seen, 100 pixels"),
        ({"category": None}, "cup 3: no label, a distractor (25 % seen, 100 pixels)"),
        ({"visible_pixels": 0}, "cup 3: no label, hidden: none of 300 pixels is seen"),
        ({"amodal_pixels": 0}, "cup 3: no label, just outside the picture"),
        ({"silhouette_pixels": 0.0}, "cup 3: no label, outside the picture"),
    ],
)
def test_the_reason_is_the_first_that_holds(values: dict[str, Any], line: str) -> None:
    reasons = label_reasons(SimpleNamespace(objects=[item(**values)]))
    assert [str(reason) for reason in reasons] == [line]
    assert [reason.has_label for reason in reasons] == ["no label" not in line]
