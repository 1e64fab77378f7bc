"""One command: make the datasets, train, measure on what was held out.

python -m examples.centernet [--output DIR] [--stream ADDRESS_OR_RECIPE] [--steps N]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .content import Content
    from .experiment import Budget
    from .training import Batch

# Workers that render share the cores: threads that wait must not spin. Read when torch starts.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

HERE = Path(__file__).parent
REPORT_EVERY = 50


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m examples.centernet", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("build/centernet"), metavar="DIR")
    parser.add_argument("--stream", metavar="ADDRESS_OR_RECIPE", help="train from a live stream")
    parser.add_argument("--steps", type=int, default=1000, help="optimizer steps, a batch each")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0, help="of weights, augmentation and order")
    parser.add_argument("--threads", type=int, default=2, help="that torch computes with")
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="override in all recipes"
    )
    return parser.parse_args()


def main() -> None:
    """Run the example and print what came of it."""
    from synth_addon.core.dataset.reading import open_dataset

    from .content import content_of, specs_of_dataset
    from .experiment import Budget, conduct
    from .generation import generate
    from .picture import detections_sheet
    from .summary import budget_line, content_table, precision_table

    options = arguments()
    budget = Budget(options.steps, options.batch_size, options.seed, options.threads)
    generate(HERE / "held_out.json", options.output / "held_out", options.workers, options.set)
    held_out = open_dataset(options.output / "held_out")
    with _batches(options, budget) as batches:
        outcome = conduct(budget, batches, held_out, _report)
    lines = [
        *precision_table(outcome.precision),
        budget_line(budget, outcome),
        *content_table(_trained_on(options), content_of(specs_of_dataset(held_out))),
    ]
    print("\n".join(lines))
    picture = options.output / "detections.jpg"
    classes = [category.name for category in held_out.info.categories]
    detections_sheet(held_out, outcome.found, classes).save(picture, quality=85)
    print(f"Detections are drawn in {picture}.")


@contextmanager
def _batches(options: argparse.Namespace, budget: Budget) -> Iterator[Iterable[Batch]]:
    from .experiment import recorded
    from .generation import generate
    from .streaming import streamed

    if options.stream is None:
        directory = options.output / "train"
        generate(HERE / "train.json", directory, options.workers, options.set)
        yield recorded(directory, budget)
        return
    with streamed(
        options.stream, budget.steps, budget.batch_size, options.workers, options.set
    ) as batches:
        yield batches


def _trained_on(options: argparse.Namespace) -> Content | None:
    from synth_addon.core.dataset.reading import open_dataset

    from .content import content_of, specs_of_dataset, specs_of_recipe
    from .streaming import is_address

    if options.stream is None:
        return content_of(specs_of_dataset(open_dataset(options.output / "train")))
    if is_address(options.stream):
        return None
    return content_of(specs_of_recipe(options.stream, options.set))


def _report(step: int, loss: float) -> None:
    if step % REPORT_EVERY == 0:
        print(f"step {step}, loss {loss:.2f}", flush=True)


if __name__ == "__main__":
    main()
