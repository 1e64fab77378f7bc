"""Synth as a Blender extension: everything is imported when Blender enables it, not before."""


def register() -> None:
    """Enable the extension."""
    from .synth_addon import extension

    extension.register()


def unregister() -> None:
    """Disable the extension."""
    from .synth_addon import extension

    extension.unregister()
