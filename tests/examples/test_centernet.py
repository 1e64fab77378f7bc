"""The example's detector: targets, losses, boxes and precision, and the command at tiny size."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.export.conftest import RECIPE, generated
from tests.farm.conftest import environment  # noqa: F401 - a fixture

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from examples.centernet.augmentation import augmented  # noqa: E402
from examples.centernet.content import (  # noqa: E402
    Content,
    content_of,
    specs_of_dataset,
    specs_of_recipe,
)
from examples.centernet.decoding import Detections, detections_of  # noqa: E402
from examples.centernet.evaluation import precision  # noqa: E402
from examples.centernet.experiment import Budget, conduct, recorded  # noqa: E402
from examples.centernet.labels import Labels, labels_of  # noqa: E402
from examples.centernet.losses import center_loss, detection_loss, focal_loss  # noqa: E402
from examples.centernet.model import CenterNet, Maps  # noqa: E402
from examples.centernet.targets import peak_radius, targets_of  # noqa: E402
from synth_addon.core.dataset.reading import open_dataset  # noqa: E402

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "centernet"
CLASSES = ["cup", "bottle", "book"]
BOXES = [[3.0, 5.0, 21.0, 30.0], [60.0, 20.0, 33.0, 17.0], [64.0, 60.0, 90.0, 66.0]]


def labels(boxes: list[list[float]], classes: list[int]) -> Labels:
    return Labels(torch.tensor(boxes).reshape(-1, 4), torch.tensor(classes, dtype=torch.int64))


def certain(heat: torch.Tensor) -> torch.Tensor:
    """Return the logits of heat maps, kept finite."""
    return torch.logit(heat, eps=1e-6)


def shown(box: list[float] | None, category: int | None = 1, fraction: float = 1.0) -> dict:
    return {"category_id": category, "visible_box": box, "visible_fraction": fraction}


def test_labels_are_the_visible_targets():
    objects = [
        shown([1, 2, 3, 4], 2),
        shown([1, 2, 3, 4], None),
        shown(None, 1, 0.0),
        shown([9, 9, 2, 2], 1, 0.05),
    ]
    found = labels_of({"objects": objects})
    assert found.boxes.tolist() == [[1, 2, 3, 4]] and found.classes.tolist() == [1]
    assert labels_of({"objects": []}).boxes.shape == (0, 4)


@pytest.mark.parametrize("least", [0.5, 0.7])
def test_a_box_moved_by_the_radius_overlaps_as_stated(least):
    width, height = 9.0, 14.0
    radius = peak_radius(width, height, least)
    shared = (width - radius) * (height - radius)
    assert shared / (2 * width * height - shared) == pytest.approx(least)


def test_targets_give_the_boxes_back():
    wanted = [labels(BOXES, [0, 2, 0]), labels([], [])]
    targets = targets_of(wanted, 3, 160, 128)
    assert targets.heat.shape == (2, 3, 32, 40)
    assert targets.is_center.sum(dim=(1, 2)).tolist() == [3, 0]
    maps = Maps(certain(targets.heat), targets.size, targets.offset)
    first, second = detections_of(maps)
    order = first.boxes[:, 0].argsort()
    sure = order[first.scores[order] > 0.99]
    assert torch.allclose(first.boxes[sure], torch.tensor(BOXES), atol=1e-4)
    assert first.classes[sure].tolist() == [0, 2, 0]
    assert second.scores.max() < 0.01


def test_targets_fit_the_network_at_any_size():
    maps = CenterNet(2).eval()(torch.zeros(1, 3, 90, 70))
    targets = targets_of([labels([[60, 80, 9, 9]], [1])], 2, 70, 90)
    assert maps.heat.shape == targets.heat.shape and maps.size.shape == targets.size.shape


def test_neighbouring_peaks_of_one_class_stay_apart():
    near = [[10.0, 10.0, 12.0, 12.0], [22.0, 10.0, 12.0, 12.0]]
    targets = targets_of([labels(near, [0, 0])], 1, 64, 64)
    maps = Maps(certain(targets.heat), targets.size, targets.offset)
    assert (detections_of(maps)[0].scores > 0.99).sum() == 2


def test_focal_loss_is_as_computed_by_hand():
    heat = torch.tensor([[[[1.0, 0.5], [0.0, 1.0]]]])
    chances = torch.tensor([[[[0.8, 0.4], [0.1, 0.3]]]])
    at_peaks = 0.2**2 * math.log(0.8) + 0.7**2 * math.log(0.3)
    around = 0.5**4 * 0.4**2 * math.log(0.6) + 0.1**2 * math.log(0.9)
    assert float(focal_loss(torch.logit(chances), heat)) == pytest.approx(-(at_peaks + around) / 2)


def test_focal_loss_without_centers_is_what_wrong_heat_costs():
    heat, chances = torch.zeros(1, 1, 1, 2), torch.tensor([[[[0.5, 0.25]]]])
    expected = -(0.25 * math.log(0.5) + 0.0625 * math.log(0.75))
    assert float(focal_loss(torch.logit(chances), heat)) == pytest.approx(expected)


def test_size_and_offset_count_at_centers_alone():
    found, wanted = torch.zeros(1, 2, 2, 2), torch.zeros(1, 2, 2, 2)
    found[0, :, 0, 0] = torch.tensor([3.0, -1.0])
    found[0, :, 1, 0] = 100.0
    wanted[0, :, 0, 1] = 0.5
    is_center = torch.tensor([[[True, True], [False, False]]])
    assert float(center_loss(found, wanted, is_center)) == pytest.approx((4 + 1) / 2)
    assert float(center_loss(found, wanted, is_center & False)) == 0


def test_the_loss_weighs_its_parts_as_the_paper_does():
    targets = targets_of([labels([[8, 8, 16, 16]], [0])], 1, 32, 32)
    perfect = detection_loss(Maps(certain(targets.heat), targets.size, targets.offset), targets)
    size_off = Maps(certain(targets.heat), targets.size + 1, targets.offset)
    offset_off = Maps(certain(targets.heat), targets.size, targets.offset + 1)
    assert float(detection_loss(size_off, targets) - perfect) == pytest.approx(0.2)
    assert float(detection_loss(offset_off, targets) - perfect) == pytest.approx(2)


def test_augmentation_mirrors_pictures_with_their_boxes_and_is_seeded():
    pictures = torch.zeros(16, 3, 8, 12)
    pictures[:, :, 2:5, 1:4] = 1
    given = [labels([[1, 2, 3, 3]], [0])] * 16
    changed, moved = augmented(pictures, given, torch.Generator().manual_seed(1))
    for picture, one in zip(changed, moved, strict=True):
        left, top, width, height = (int(value) for value in one.boxes[0])
        inside = picture[:, top : top + height, left : left + width]
        assert inside.min() > picture[:, 0, 0].max()
    assert {int(one.boxes[0, 0]) for one in moved} == {1, 8}
    again, _ = augmented(pictures, given, torch.Generator().manual_seed(1))
    assert torch.equal(changed, again)


def detections(boxes: list[list[float]], classes: list[int], scores: list[float]) -> Detections:
    found = labels(boxes, classes)
    return Detections(found.boxes, found.classes, torch.tensor(scores))


def test_precision_of_what_is_right_wrong_and_hidden():
    annotation = {
        "frame": 7,
        "objects": [shown(BOXES[0], 1), shown(BOXES[1], 2), shown(BOXES[2], 2, 0.05)],
    }
    hits = detections([*BOXES, [0, 90, 9, 9]], [0, 1, 1, 0], [0.9, 0.8, 0.95, 0.1])
    measured = precision([(annotation, hits)], CLASSES)
    values = [measured["cup"].ap, measured["bottle"].ap50, measured["all"].ap]
    assert values == pytest.approx([1, 1, 1])
    assert math.isnan(measured["book"].ap50)
    swapped = detections(BOXES[:2], [1, 0], [0.9, 0.8])
    assert precision([(annotation, swapped)], CLASSES)["all"].ap50 == 0


@pytest.mark.slow
def test_a_few_frames_are_learned_by_heart(tmp_path):
    recipe = RECIPE | {"scenes": 2, "categories": []}
    dataset = open_dataset(generated(recipe, tmp_path / "dataset"))
    budget = Budget(steps=80, batch_size=4, seed=0, threads=1)
    losses: list[float] = []
    batches = recorded(dataset.directory, budget)
    outcome = conduct(budget, batches, dataset, lambda _, loss: losses.append(loss))
    assert len(losses) == budget.steps
    assert losses[-1] < losses[0] / 3
    assert outcome.precision["all"].ap50 > 0.5


def test_training_repeats_itself(tmp_path):
    dataset = open_dataset(generated(RECIPE | {"scenes": 1}, tmp_path / "dataset"))
    budget = Budget(steps=3, batch_size=2, seed=5, threads=1)

    def losses() -> list[float]:
        told: list[float] = []
        batches = recorded(dataset.directory, budget)
        conduct(budget, batches, dataset, lambda _, loss: told.append(loss))
        return told

    assert losses() == losses()


def test_recipes_have_nothing_in_common_but_the_classes():
    trained, held_out = (
        content_of(specs_of_recipe(str(EXAMPLE / name))) for name in ("train.json", "held_out.json")
    )
    assert trained.materials >= {"plain", "noise"} and held_out.environments == {"sky", "studio"}
    assert trained.shared_with(trained) > trained.distractors > {"torus"}
    assert not trained.shared_with(held_out)


def test_a_dataset_tells_what_it_holds(tmp_path):
    dataset = open_dataset(generated(RECIPE | {"scenes": 1}, tmp_path / "dataset"))
    expected = Content(frozenset({"plain"}), frozenset({"color"}), frozenset({"sphere"}))
    assert content_of(specs_of_dataset(dataset)) == expected


@pytest.mark.parametrize("is_live", [False, True], ids=["from a dataset", "from a stream"])
def test_the_command_makes_trains_and_measures(tmp_path, environment, is_live):  # noqa: F811
    overrides = ["scenes=2", "views_per_scene=1", "physics.enabled=false", "spawn.mode=scatter"]
    overrides += ["camera.width_px=64", "camera.height_px=48"]
    command = [sys.executable, "-m", "examples.centernet", "--output", str(tmp_path)]
    command += ["--steps", "2", "--batch-size", "2", "--threads", "1", "--workers", "1"]
    command += [word for override in overrides for word in ("--set", override)]
    command += ["--stream", str(EXAMPLE / "train.json")] if is_live else []
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    table = {line.split()[0]: line.split()[1:] for line in lines if len(line.split()) == 3}
    assert table["class"] == ["AP50", "AP"] and {*CLASSES, "all"} <= table.keys()
    assert "In common: nothing." in lines
    assert any(line.startswith("Trained for 2 steps of 2 frames on 1 threads") for line in lines)
    with Image.open(tmp_path / "detections.jpg") as picture:
        assert picture.width > 2 * 64
