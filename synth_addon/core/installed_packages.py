"""Which of the packages that Synth needs can be used, in which version and from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from types import MappingProxyType, ModuleType

PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "numpy": "numpy",
        "annotated-types": "annotated_types",
        "coacd": "coacd",
        "embreex": "embreex.rtcore_scene",
        "markdown-it-py": "markdown_it",
        "mdurl": "mdurl",
        "OpenEXR": "OpenEXR",
        "pillow": "PIL.Image",
        "pycocotools": "pycocotools.mask",
        "pydantic": "pydantic",
        "pydantic_core": "pydantic_core",
        "Pygments": "pygments",
        "rich": "rich.progress",
        "typing-inspection": "typing_inspection",
        "typing_extensions": "typing_extensions",
    }
)
"""A module of each package, one that loads its compiled part. Blender brings numpy, the zips of
the extension the others."""

_FAULTS = (AttributeError, ImportError, OSError, RuntimeError, SystemError, ValueError)
"""What packages raise whose compiled part is missing, or is made for another numpy or Python."""


@dataclass(frozen=True)
class InstalledPackage:
    """One package.

    Attributes:
        version: empty if the package does not say.
        place: the file that was imported, empty if none could be.
        fault: why it cannot be used, empty if it can.
    """

    name: str
    version: str = ""
    place: str = ""
    fault: str = ""


def installed_packages(load: Callable[[str], ModuleType]) -> tuple[InstalledPackage, ...]:
    """Return what is there of each package.

    Args:
        load: imports a module by its name.
    """
    return tuple(_installed(name, module, load) for name, module in PACKAGES.items())


@cache
def missing_packages() -> tuple[str, ...]:
    """Return the packages that are not there at all, without importing any; looked for once."""
    return tuple(name for name, module in PACKAGES.items() if not _is_there(module.split(".")[0]))


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:  # imported by other means than a finder
        return True


def _installed(name: str, module: str, load: Callable[[str], ModuleType]) -> InstalledPackage:
    try:
        stated = version(name)
    except PackageNotFoundError:
        stated = ""
    try:
        loaded = load(module)
    except _FAULTS as error:
        return InstalledPackage(name, stated, fault=str(error) or type(error).__name__)
    return InstalledPackage(name, stated, place=loaded.__file__ or "")
