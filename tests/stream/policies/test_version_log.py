"""Which decision a version was made under."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.stream.policies.version_log import VersionLog

VERSIONS = st.lists(st.integers(0, 60), unique=True).map(sorted)


@given(VERSIONS, st.integers(-1, 70))
def test_the_latest_decision_up_to_a_version_holds(versions: list[int], asked: int) -> None:
    log: VersionLog[int] = VersionLog()
    for version in versions:
        log.record(version, version)
    assert log.of(asked) == max((v for v in versions if v <= asked), default=None)


def test_only_the_latest_are_kept() -> None:
    log: VersionLog[str] = VersionLog(most=2)
    for version in (1, 2, 3):
        log.record(version, str(version))
    assert [log.of(version) for version in (1, 2, 3, 4)] == [None, "2", "3", "3"]


def test_versions_come_in_order() -> None:
    log: VersionLog[str] = VersionLog()
    log.record(4, "four")
    with pytest.raises(ValueError, match="does not come after 4"):
        log.record(4, "again")
