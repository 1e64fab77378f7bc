"""Streams that other machines can reach let those read who have keys, and nobody else."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from synth_addon.broker.door import Door
from synth_addon.stream import Stream, StreamError, connect, connection
from synth_addon.stream.address import StreamAddress
from synth_addon.stream.keys import client_keys, make_keys, server_keys

from .conftest import Scripted, frames_of

ROOT = Path(__file__).parents[2]
Begin = Callable[..., Scripted]


def command(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "synth_addon.cli", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def reader_folder(keys: Path, folder: Path) -> Path:
    """Return a folder with what a reader is given."""
    folder.mkdir()
    for name in ("client.key_secret", "server.key"):
        (folder / name).write_bytes((keys / name).read_bytes())
    return folder


def own_addresses() -> list[str]:
    """Return this machine's addresses, as others may see them."""
    found = ["127.0.0.1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return found
        found.append(probe.getsockname()[0])
    return found


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path / "keys")
    return tmp_path / "keys"


def test_the_command_makes_keys_that_only_their_owner_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "keys"
    made = command("keys", folder)
    assert made.returncode == 0, made.stderr
    assert sorted(file.name for file in folder.iterdir()) == [
        "client.key",
        "client.key_secret",
        "server.key",
        "server.key_secret",
    ]
    if sys.platform != "win32":
        assert mode(folder) == 0o700
        assert {mode(file) for file in folder.glob("*.key_secret")} == {0o600}
    before = {file: file.read_bytes() for file in folder.iterdir()}
    again = command("keys", folder)
    assert again.returncode == StreamError.exit_code
    assert f"{folder}: holds keys already. Name another folder" in again.stderr
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize("address", ["tcp://*:*", "tcp://0.0.0.0:5555", "tcp://[::]:1", "tcp://x"])
def test_other_machines_are_let_in_with_keys_alone(address: str) -> None:
    with pytest.raises(StreamError, match=r"it needs keys\. Make them with `synth keys DIR`"):
        Door(address)


def test_the_command_refuses_an_open_address_without_keys() -> None:
    refused = command("stream", "cube", "--address", "tcp://*:*")
    assert refused.returncode == StreamError.exit_code
    assert "--address tcp://*:*: reachable from other machines, so it needs keys" in refused.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_readers_with_keys_read_and_others_get_nothing(
    scripted: Begin, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = scripted("--frames", 120, "--address", "tcp://*:*", "--keys", keys)
    port = stream.address.rpartition(":")[2]
    make_keys(tmp_path / "strange")
    half = tmp_path / "half"
    reader_folder(tmp_path / "strange", half)
    (half / "server.key").write_bytes((keys / "server.key").read_bytes())
    monkeypatch.setattr(connection.Connection.__init__, "__defaults__", (3.0,))
    for folder in (None, tmp_path / "strange", half):
        with pytest.raises(StreamError, match=r"nobody has answered for 3 s.*are these the keys"):
            connect(f"tcp://127.0.0.1:{port}", keys=folder)
    monkeypatch.undo()
    seen: list[int] = []
    own = reader_folder(keys, tmp_path / "own")
    for host in own_addresses():
        reader = connect(f"tcp://{host}:{port}", keys=own)
        assert reader.address.is_local == (host == "127.0.0.1")
        seen += frames_of(reader.batches(4, 40))
    far = Stream(StreamAddress(f"tcp://{own_addresses()[-1]}:{port}", keys=client_keys(own)))
    seen += frames_of(far.batches(4))
    assert sorted(seen) == list(range(120))


@pytest.mark.parametrize("read", [client_keys, server_keys])
@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff\xfe",
        b"metadata\ncurve\n",
        b'curve\n    public-key = "short"\n    secret-key = "short"\n',
        b'curve\n    public-key = "' + b"~" * 40 + b'"\n',
    ],
    ids=["none", "empty", "bytes", "no key", "short", "no z85"],
)
def test_keys_that_cannot_be_read_are_named(
    keys: Path, read: Callable[[Path], object], content: bytes | None
) -> None:
    for file in keys.glob("*.key_secret"):
        file.unlink()
        if content is not None:
            file.write_bytes(content)
    with pytest.raises(StreamError, match=r"key_secret: no key can be read.*`synth keys DIR`"):
        read(keys)


def test_public_keys_are_not_enough(keys: Path) -> None:
    for file in keys.glob("*.key_secret"):
        file.write_bytes(file.with_suffix(".key").read_bytes())
    for read in (client_keys, server_keys):
        with pytest.raises(StreamError, match="holds no secret key"):
            read(keys)


@pytest.mark.skipif(sys.platform == "win32", reason="makes a file where a folder is to be")
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StreamError, match="keys: keys cannot be written"):
        make_keys(tmp_path / "file" / "keys")
