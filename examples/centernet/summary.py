"""The outcome as a few lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from .content import Content
from .evaluation import Precision
from .experiment import Budget, Outcome


def precision_table(measured: Mapping[str, Precision]) -> Iterator[str]:
    """Yield a line for each class and one for all."""
    yield f"{'class':<14}{'AP50':>7}{'AP':>7}"
    for name, one in measured.items():
        yield f"{name:<14}{one.ap50:>7.3f}{one.ap:>7.3f}"


def budget_line(budget: Budget, outcome: Outcome) -> str:
    """Say what the training took."""
    return (
        f"Trained for {budget.steps} steps of {budget.batch_size} frames "
        f"on {budget.threads} threads in {outcome.seconds:.0f} s "
        f"({outcome.cpu_seconds:.0f} s of CPU time), seed {budget.seed}."
    )


def content_table(trained: Content | None, held_out: Content) -> Iterator[str]:
    """Yield what held-out frames are made of, and, where known, those that were trained on."""
    for field in fields(held_out):
        if trained is not None:
            yield f"{field.name}, trained on: {_listed(getattr(trained, field.name))}"
        yield f"{field.name}, held out: {_listed(getattr(held_out, field.name))}"
    if trained is not None:
        yield f"In common: {_listed(trained.shared_with(held_out)) or 'nothing'}."


def _listed(kinds: frozenset[str]) -> str:
    return ", ".join(sorted(kinds))
