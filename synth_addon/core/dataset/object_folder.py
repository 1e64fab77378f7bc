"""A folder of an object store: objects appear whole, and cannot be added to.

Any store that fsspec knows will do. Credentials come from where the store's own programs take them,
such as variables of the environment; never from the URL, which is written down.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import DatasetError, OutputError, StorageError, UsageError
from .place import ObjectUrl

_EXTRAS = {"s3": "synth-addon[s3]", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
"""What to install for a store."""
_OWN_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("azure.core.exceptions", "AzureError"),
)


class ObjectFolder:
    """An open folder; paths in it are relative, with forward slashes.

    Methods may be called from several threads.
    """

    def __init__(self, place: ObjectUrl) -> None:
        """Open it; nothing is read or written yet.

        Raises:
            UsageError: the URL holds credentials, or is of no store that is known or installed.
        """
        self.place = place
        self._files, self._root = _file_system(place)

    def put(self, files: Mapping[str, bytes], links: Mapping[str, Path] | None = None) -> None:
        """Write objects side by side; each appears whole or not at all.

        Args:
            links: local files that are copied, by their paths here.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        for path, source in (links or {}).items():
            self.put_file(path, source)
        with self._writing():
            self._files.pipe({self._full(path): data for path, data in files.items()})

    def put_file(self, path: str, source: Path) -> None:
        """Copy a local file of any size into the store.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        with self._writing():
            self._files.put_file(str(source), self._full(path))

    def has(self, path: str) -> bool:
        """Tell whether an object is there.

        Raises:
            DatasetError: the store refuses or cannot be reached.
        """
        with self._reading():
            return bool(self._files.exists(self._full(path)))

    def read(self, path: str) -> bytes:
        """Return an object.

        Raises:
            DatasetError: there is none, or the store cannot be reached.
        """
        with self._reading(path):
            return bytes(self._files.cat_file(self._full(path)))

    def read_if_there(self, path: str) -> bytes | None:
        """Return an object, None where there is none.

        Raises:
            DatasetError: the store refuses or cannot be reached.
        """
        return self.read(path) if self.has(path) else None

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return objects by path, read side by side; all must be there.

        Raises:
            DatasetError: one is not, or the store cannot be reached.
        """
        full = {self._full(path): path for path in paths}
        if not full:
            return {}
        with self._reading():
            found = self._files.cat(list(full))
        return {full[name]: bytes(data) for name, data in found.items()}

    def copy_to(self, path: str, target: Path) -> None:
        """Copy an object of any size into a local file.

        Raises:
            DatasetError: there is none, or the store cannot be reached.
        """
        with self._reading(path):
            self._files.get_file(self._full(path), str(target))

    def names(self, folder: str = "") -> list[str]:
        """Return the paths of all objects below a folder, sorted; none where there is no folder.

        Raises:
            DatasetError: the store refuses or cannot be reached.
        """
        start = self._full(folder) if folder else self._root
        with self._reading():
            found = self._files.find(start)
        return sorted(str(name)[len(self._root) + 1 :] for name in found)

    def is_empty(self) -> bool:
        """Tell whether nothing lies here.

        Raises:
            DatasetError: the store refuses or cannot be reached.
        """
        with self._reading():
            return not self._files.exists(self._root) or not self._files.ls(self._root)

    def discard(self, paths: Iterable[str]) -> None:
        """Remove objects; those that are not there count as removed.

        Raises:
            StorageError: the store refuses or cannot be reached.
        """
        full = [self._full(path) for path in paths]
        if full:
            with self._writing(), suppress(FileNotFoundError):
                self._files.rm(full)

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}"

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except _failures() as error:
            raise StorageError(
                f"{self.place}: cannot be written ({_reason(error)}). Look after bucket, "
                "credentials and network, then run the same command with --resume"
            ) from error

    @contextmanager
    def _reading(self, path: str = "") -> Iterator[None]:
        try:
            yield
        except _failures() as error:
            where = f"{self.place}/{path}" if path else str(self.place)
            raise DatasetError(
                f"{where}: cannot be read ({_reason(error)}). "
                "Look after name, bucket, credentials and network"
            ) from error


def _file_system(place: ObjectUrl) -> tuple[Any, str]:
    parts = urlsplit(place.url)
    if "@" in parts.netloc or parts.query:
        raise UsageError(
            f"{parts.scheme}://…: a URL with credentials would be written down. "
            "Give them in the environment, such as AWS_ACCESS_KEY_ID"
        )
    if not parts.netloc:
        raise UsageError(f"{place}: names no bucket. Write {parts.scheme}://BUCKET/FOLDER")
    try:
        from fsspec.core import url_to_fs

        # listings that are kept would hide what other processes write
        files, root = url_to_fs(place.url, use_listings_cache=False)
    except ImportError as error:
        package = _EXTRAS.get(parts.scheme, "fsspec")
        raise UsageError(
            f"{place}: needs a package that is not installed ({error}). "
            f"Install it with: pip install '{package}'"
        ) from error
    except ValueError as error:
        raise UsageError(f"{place}: {error}. Use a folder, file:// or s3://") from error
    return files, str(root).rstrip("/")


def _failures() -> tuple[type[BaseException], ...]:
    """Return the errors of the stores that are in use, which are not all the system's."""
    own = (getattr(sys.modules.get(module), name, None) for module, name in _OWN_ERRORS)
    return (OSError, *(kind for kind in own if kind is not None))


def _reason(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__


def refuse_foreign_objects(folder: ObjectFolder, info_path: str) -> None:
    """Make sure that a folder is empty or holds a dataset.

    Raises:
        OutputError: it holds something else; nothing was touched.
    """
    if not folder.has(info_path) and not folder.is_empty():
        raise OutputError(
            f"{folder.place}: holds objects that are no Synth dataset. Choose another --output"
        )
