"""Where a dataset lies: in a folder, or in an object store under a URL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class ObjectUrl:
    """A folder of an object store, such as s3://bucket/cups, without a slash at the end."""

    url: str

    def __str__(self) -> str:
        return self.url


Place = Path | ObjectUrl


def place_of(text: str) -> Place:
    """Read what a user names as a dataset's place; file:// URLs are folders."""
    if text.startswith("file://"):
        return Path(unquote(urlsplit(text).path))
    return ObjectUrl(text.rstrip("/")) if "://" in text else Path(text)
