"""pytest's exit status tells the truth although a Blender module crashes when Python ends.

bpy 4.2 does so when handlers or operators written in Python are left registered. A module of the
same name that always crashes stands in for it here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"

CRASHING_BPY = """
import atexit, os, signal
atexit.register(os.kill, os.getpid(), signal.SIGSEGV)
"""
PASSING = """
import bpy

def test_one():
    pass

def test_two():
    pass
"""
FAILING = PASSING + "    raise AssertionError\n"
CRASHING_PLUGIN = """

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    raise RuntimeError("after the last test")
"""


def run_pytest(
    folder: Path, tests: str, *options: str, more_conftest: str = ""
) -> CompletedProcess[str]:
    shutil.copy(CONFTEST, folder / "conftest.py")
    with (folder / "conftest.py").open("a") as conftest:
        conftest.write(more_conftest)
    (folder / "bpy.py").write_text(CRASHING_BPY)
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\nmarkers =\n  blender\n  matrix\n")
    command = [sys.executable, "-m", "pytest", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in crashes by a Unix signal")
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two workers"])
class TestExitStatus:
    def test_passing_run_ends_with_0(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        done = run_pytest(tmp_path, PASSING, *options)
        assert done.returncode == 0
        assert "2 passed" in done.stdout.splitlines()[-1]

    def test_failing_run_ends_with_1(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        done = run_pytest(tmp_path, FAILING, *options)
        assert done.returncode == 1
        assert "1 failed, 1 passed" in done.stdout.splitlines()[-1]

    def test_run_without_tests_ends_with_5(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        assert run_pytest(tmp_path, "import bpy", *options).returncode == 5


def test_exception_after_the_last_test_is_no_success(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, PASSING, more_conftest=CRASHING_PLUGIN)
    assert done.returncode == 1
    assert "after the last test" in done.stderr
