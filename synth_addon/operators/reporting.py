"""The edge at which errors become reports."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..core.errors import SynthError
from ..translations.translating import reported

Execute = Callable[[Any, Any], set[str]]


def reports_errors(execute: Execute) -> Execute:
    """Make an operator's method report mistakes and missing packages, and answer with CANCELLED."""

    @wraps(execute)
    def reporting(operator: Any, context: Any) -> set[str]:
        try:
            return execute(operator, context)
        except SynthError as error:
            operator.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except ImportError as error:
            message = reported(
                "{reason}. Check Installation in Synth's preferences says what to do", reason=error
            )
            operator.report({"ERROR"}, message)
            return {"CANCELLED"}

    return reporting
