"""What must not get into the repository: addresses of mirrors, paths of one machine, bulk."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_BYTES = 300 * 1024
MAY_BE_LARGE = {"LICENSE"}

# Where packages come from is the setting of each machine. Links to a project's page are fine.
INDEX_ADDRESS = re.compile(
    r"""
    --(?:(?:extra-)?index-url|find-links) | PIP_(?:(?:EXTRA_)?INDEX_URL|FIND_LINKS)
    | ^\s*(?:(?:extra-)?index-url|find-links|trusted-host|registry)\s*=
    | (?:https?|file)://\S*/simple(?:[/\s'"]|$)                      # an index of Python packages
    | https?://[^\s/'"]*(?:pythonhosted|mirror|artifactory|nexus|registry|deb\.debian|archive\.ubuntu)
    | https?://(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d         # a host in a private network
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
# `/home/user` and the like stand for anybody's.
MACHINE_PATH = re.compile(
    r"""
    (?<![\w.~$})\]*-])
    (?: /(?:root|work)(?:/|\b(?=['"\s]))
      | /(?:home|Users)/(?!(?:user|you|me)\b)\w
      | [A-Z]:[\\/]+Users[\\/]+(?!(?:user|you|me)\b)\w )
    """,
    re.VERBOSE,
)


def committed_files() -> list[Path]:
    """Return what is committed or would be by `git add .`."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True)
    names = [name for name in done.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    found = committed_files()
    assert ROOT / "pyproject.toml" in found
    return found


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """Return `file:line: match` for every match in a text file."""
    found = []
    for path in files:
        content = path.read_bytes()
        if b"\0" in content:
            continue
        text = content.decode("utf-8")
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line}: {match[0].strip()}")
    return found


def test_no_address_of_an_index_or_mirror(files: list[Path]) -> None:
    assert not lines_with(INDEX_ADDRESS, files)


def test_no_path_of_one_machine(files: list[Path]) -> None:
    assert not lines_with(MACHINE_PATH, files)


def test_no_large_file(files: list[Path]) -> None:
    large = {
        path.relative_to(ROOT).as_posix(): path.stat().st_size
        for path in files
        if path.stat().st_size > MOST_BYTES
    }
    assert not {name: size for name, size in large.items() if name not in MAY_BE_LARGE}


@pytest.mark.parametrize(
    "parts",
    [
        ("pip install --", "index-url here"),
        ("pip install --extra-", "index-url here"),
        ("index-url", " = here"),
        ("https://pypi.org/", "simple"),
        ("https://pypi.org/", "simple/numpy"),
        ("https://files.python", "hosted.org/packages/x.whl"),
        ("http://", "mirror.example.org/debian"),
        ("http://", "10.1.2.3:8080/x"),
        ("http://", "192.168.1.2/x"),
    ],
)
def test_addresses_are_recognised(parts: tuple[str, str]) -> None:
    assert INDEX_ADDRESS.search("".join(parts))


@pytest.mark.parametrize(
    "text",
    ["https://pypi.org/project/bpy/", "https://docs.blender.org/manual", "http://127.0.0.1:8265"],
)
def test_links_are_no_addresses(text: str) -> None:
    assert not INDEX_ADDRESS.search(text)


@pytest.mark.parametrize(
    "parts",
    [
        ("open('/ho", "me/anna/cup.obj')"),
        ("cd /ro", "ot/project"),
        ('"/wo', 'rk/shared"'),
        ("cd /wo", "rk\n"),
        ("see /Use", "rs/anna/x"),
        ("C:", "\\Users\\anna"),
    ],
)
def test_paths_are_recognised(parts: tuple[str, str]) -> None:
    assert MACHINE_PATH.search("".join(parts))


@pytest.mark.parametrize(
    "text",
    [
        "build/work/frame.png",
        "~/work/cups",
        "$HOME/work/cups",
        "/home/user/cups",
        "/workspace/cups",
        "https://example.org/home/page",
        "/root_of_scene",
    ],
)
def test_other_paths_are_no_paths_of_one_machine(text: str) -> None:
    assert not MACHINE_PATH.search(text)
