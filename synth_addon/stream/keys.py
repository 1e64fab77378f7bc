"""CURVE keys: who may read a stream that other machines can reach.

A folder holds ``server.key_secret``, ``client.key_secret`` and the public halves ``server.key`` and
``client.key``, in the format of pyzmq's certificates. A stream lets those in whose public key lies
in its folder; it proves itself by its own.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zmq
import zmq.auth
import zmq.utils.z85

from .errors import StreamError

if TYPE_CHECKING:
    from zmq.auth.thread import ThreadAuthenticator

_SERVER, _CLIENT = "server", "client"
_KEY_BYTES = 32


def make_keys(folder: Path) -> None:
    """Make the keys of a stream and of its readers.

    Raises:
        StreamError: there are some already, or the folder cannot be written.
    """
    if (folder / f"{_SERVER}.key_secret").exists():
        raise StreamError(f"{folder}: holds keys already. Name another folder, or remove it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in (_SERVER, _CLIENT):
            _, secret = zmq.auth.create_certificates(folder, name)
            os.chmod(secret, 0o600)
    except OSError as error:
        raise StreamError(f"{folder}: keys cannot be written: {error.strerror}") from error


@dataclass(frozen=True)
class ServerKeys:
    """The keys of a stream.

    Attributes:
        clients: folder with the public keys of those who may read it.
    """

    public: bytes
    secret: bytes
    clients: Path

    def guard(self, context: zmq.Context[Any], socket: zmq.Socket[Any]) -> ThreadAuthenticator:
        """Let a socket talk to known clients alone; to be called before it is bound."""
        from zmq.auth.thread import ThreadAuthenticator

        authenticator = ThreadAuthenticator(context)
        authenticator.start()
        authenticator.configure_curve(domain="*", location=str(self.clients))
        socket.curve_publickey, socket.curve_secretkey = self.public, self.secret
        socket.curve_server = True
        return authenticator


@dataclass(frozen=True)
class ClientKeys:
    """The keys of a reader, and the stream's own public one."""

    public: bytes
    secret: bytes
    server: bytes

    def use(self, socket: zmq.Socket[Any]) -> None:
        """Let a socket show them; to be called before it connects."""
        socket.curve_publickey, socket.curve_secretkey = self.public, self.secret
        socket.curve_serverkey = self.server


def server_keys(folder: Path) -> ServerKeys:
    """Read the keys of a stream.

    Raises:
        StreamError: they are missing or cannot be read.
    """
    public, secret = _read(folder / f"{_SERVER}.key_secret")
    if secret is None:
        raise StreamError(f"{folder}: {_SERVER}.key_secret holds no secret key")
    return ServerKeys(public, secret, folder)


def client_keys(folder: Path) -> ClientKeys:
    """Read the keys of a reader: the client's secret one and the stream's public one.

    Raises:
        StreamError: they are missing or cannot be read.
    """
    public, secret = _read(folder / f"{_CLIENT}.key_secret")
    server, _ = _read(folder / f"{_SERVER}.key")
    if secret is None:
        raise StreamError(f"{folder}: {_CLIENT}.key_secret holds no secret key")
    return ClientKeys(public, secret, server)


def _read(file: Path) -> tuple[bytes, bytes | None]:
    try:
        public, secret = zmq.auth.load_certificate(file)
        for key in (public, secret):
            if key is not None and len(zmq.utils.z85.decode(key)) != _KEY_BYTES:
                raise ValueError("it has another length")
    except (KeyError, OSError, ValueError, struct.error) as error:
        raise StreamError(
            f"{file}: no key can be read: {error}. Make keys with `synth keys DIR`"
        ) from error
    return public, secret
