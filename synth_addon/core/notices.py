"""What a user should know although the run goes on, such as files that are missing."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = 5


@dataclass(frozen=True)
class Notice:
    """One thing to know.

    Attributes:
        message: what is the matter and what is done about it, with the count.
        names: all that it is about.
    """

    message: str
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The message with the first names."""
        if not self.names:
            return self.message
        more = len(self.names) - _SHOWN
        return (
            f"{self.message}: {', '.join(self.names[:_SHOWN])}"
            f"{f' and {more} more' if more > 0 else ''}"
        )
