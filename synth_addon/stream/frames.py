"""What readers get: a frame, or a batch of frames, as a mapping from names to values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from .errors import StreamError
from .frame_layout import FrameLayout
from .frame_row import FrameRow, packed_rows, unpacked_rows
from .json_arrays import decoded

NUMBERS = ("frame", "scene", "view", "version", "seed")
ANNOTATION = "annotation"


class Content(Protocol):
    """Where the arrays and texts of frames are."""

    layout: FrameLayout

    def claim(self) -> None: ...

    def array(self, number: int) -> NDArray[Any]: ...

    def texts(self) -> Sequence[bytes]: ...

    def passed_on(self) -> tuple[Callable[..., Content], tuple[Any, ...]]:
        """Return what makes the same of the frames' rows and of these arguments elsewhere."""
        ...

    def receipt(self) -> tuple[Callable[..., None], tuple[Any, ...]]: ...


class StreamBatch:
    """Frames, each value with one entry for each frame. Reads like a dict.

    Arrays such as ``batch["image"]`` are (N, *shape): numpy's, or tensors from a `StreamDataset`.
    ``batch["annotation"]`` is a list of dicts as in a dataset's ``frames/*.json``, or of what a
    script has published; ``frame``, ``scene``, ``view``, ``version`` and ``seed`` are lists of
    whole numbers.

    Arrays may be the stream's own memory, which its frames fill again once no array and no view of
    it is left. To keep one longer, keep a copy. Frames count as used from the first look at them:
    those of a batch that nobody looks at go to others. (So it is no `Mapping`, which a DataLoader
    would look into.)
    """

    def __init__(
        self, content: Content, rows: Sequence[FrameRow], converted: Callable[[Any], Any]
    ) -> None:
        self._content, self._rows, self._converted = content, tuple(rows), converted
        self._names = [field.name for field in content.layout.arrays]
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = self._value(name)
        return self._values[name]

    def keys(self) -> tuple[str, ...]:
        """Return the names of all values."""
        return (*self._names, ANNOTATION, *NUMBERS)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield names and values."""
        return ((name, self[name]) for name in self.keys())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    @property
    def content(self) -> Content:
        """Where the arrays and texts are."""
        return self._content

    @property
    def rows(self) -> tuple[FrameRow, ...]:
        """What is known of each frame without looking at it."""
        return self._rows

    @property
    def converted(self) -> Callable[[Any], Any]:
        """What is made of each array."""
        return self._converted

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self._rows)

    def claim(self) -> None:
        """Count the frames as used."""
        self._content.claim()

    def receipt(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """Return what counts the frames as used in another process, and its arguments."""
        return self._content.receipt()

    def pin_memory(self) -> dict[str, Any]:
        """Return the values with tensors in pinned memory, as a DataLoader asks for."""
        return {
            name: value.pin_memory() if hasattr(value, "pin_memory") else value
            for name, value in self.items()
        }

    def _value(self, name: str) -> Any:
        if name in NUMBERS:
            self.claim()
            return [getattr(row, name) for row in self._rows]
        if name == ANNOTATION:
            self.claim()
            return [_annotation(text) for text in self._content.texts()]
        if name not in self._names:
            raise KeyError(name)
        self.claim()
        return self._converted(self._content.array(self._names.index(name)))

    def __reduce__(self) -> tuple[Any, ...]:
        passed_on, rows = self._content.passed_on(), packed_rows(self._rows)
        return _received, (type(self), rows, self._converted, *passed_on)


class StreamFrame(StreamBatch):
    """One frame: as `StreamBatch`, each value by itself."""

    def _value(self, name: str) -> Any:
        return super()._value(name)[0]


def _annotation(text: bytes) -> Any:
    try:
        return decoded(text)
    except (ValueError, RecursionError) as error:
        raise StreamError(f"a frame whose annotation is no JSON: {error}") from error


def _received(
    kind: type[StreamBatch],
    packed: bytes,
    converted: Callable[[Any], Any],
    opened: Callable[..., Content],
    arguments: tuple[Any, ...],
) -> StreamBatch:
    rows = unpacked_rows(packed)
    return kind(opened(rows, *arguments), rows, converted)


def same(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array: what readers without torch get."""
    return array


def tensor(array: NDArray[Any]) -> Any:
    """Return a tensor on the same memory."""
    import torch

    return torch.from_numpy(array)
