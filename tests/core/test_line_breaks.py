"""Lines of the sidebar: nothing is lost, nothing too wide, in any script."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.line_breaks import broken_lines, shown_width


def test_words_stay_whole() -> None:
    assert broken_lines("Choose another Output folder", 14) == ["Choose another", "Output folder"]


def test_chinese_breaks_between_letters_and_counts_double() -> None:
    assert broken_lines("无法写入,请选择其他文件夹", 10) == ["无法写入,", "请选择其他", "文件夹"]


def test_a_long_word_has_its_own_line() -> None:
    assert broken_lines("in /a/very/long/path now", 6) == ["in", "/a/very/long/path", "now"]


@given(st.text(st.sampled_from("ab 文件，。 \n"), max_size=60), st.integers(2, 20))
def test_nothing_is_lost_and_lines_fit(text: str, columns: int) -> None:
    lines = broken_lines(text, columns)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    for line in lines:
        assert line == line.strip() != ""
        assert shown_width(line) <= columns or not re.search(r"\s|[文件，。]", line[1:-1])
