"""Where the models and images of 3D-FRONT lie, by the ids that houses use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Folders:
    """The names of two folders.

    Attributes:
        models: what the data set calls 3D-FUTURE-model.
        textures: what the data set calls 3D-FRONT-texture.
    """

    models: str
    textures: str

    def model(self, jid: str) -> str:
        """Return the name of a model's mesh file."""
        return f"{self.models}/{jid}/raw_model.obj"

    def model_texture(self, jid: str) -> str:
        """Return the name of a model's image."""
        return f"{self.models}/{jid}/texture.png"

    def texture(self, jid: str) -> str:
        """Return the name of a finish's image."""
        return f"{self.textures}/{jid}/texture.png"
