"""Who may import whom, and what no module may do: the rules of ARCHITECTURE.md, read with `ast`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "synth_addon"

BLENDER_MODULES = frozenset(
    {"aud", "bl_math", "blf", "bmesh", "bpy", "bpy_extras", "freestyle", "gpu", "gpu_extras"}
    | {"idprop", "imbuf", "mathutils"}
)

# Part of the package -> the other parts that it may import. A part is a folder or a module.
ALLOWED_PARTS: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "blender": frozenset({"core"}),
    "translations": frozenset(),
    "properties": frozenset({"core", "translations"}),
    "preferences": frozenset({"core", "properties", "translations"}),
    "operators": frozenset(
        {"core", "blender", "farm", "properties", "preferences", "translations"}
    ),
    "panels": frozenset({"core", "properties", "preferences", "translations"}),
    "overlays": frozenset({"core", "properties", "translations"}),
    "stream": frozenset({"core", "farm"}),
    "farm": frozenset({"core"}),
    "broker": frozenset({"core", "farm", "stream"}),
    "commands": frozenset({"core", "blender", "properties", "stream", "farm", "broker"}),
    "cli": frozenset({"core", "commands"}),
    "batch": frozenset({"core", "blender", "commands", "cli"}),
    # What enabling the extension registers.
    "extension": frozenset(
        {"properties", "preferences", "operators", "panels", "overlays", "translations", "cli"}
    ),
    "": frozenset(),
}
# These start without Blender (`synth --help` in 0.3 s): they reach it inside functions alone.
STARTS_WITHOUT_BLENDER = frozenset({"", "cli", "commands", "farm", "stream", "broker"})
MAY_NAME_BPY = frozenset(
    {"batch", "blender", "extension", "operators", "overlays", "panels", "preferences"}
    | {"properties", "translations"}
)

FORBIDDEN_EVERYWHERE = {
    "pickle": "unpickling runs code",
    "cPickle": "unpickling runs code",
    "cloudpickle": "unpickling runs code",
    "dill": "unpickling runs code",
    "marshal": "unmarshalling runs code",
    "shelve": "it pickles",
    "random": "every draw comes from core.random_streams",
}
MAKES_GENERATORS = "core/random_streams.py"


class Module:
    """One parsed source file of the package."""

    def __init__(self, path: Path, source: str | None = None) -> None:
        self.path = path
        self.name = path.relative_to(PACKAGE).as_posix()
        self.part = self.name.split("/")[0].removesuffix(".py").removeprefix("__init__")
        self.tree = ast.parse(path.read_text("utf-8") if source is None else source, str(path))
        self.at_module_level = frozenset(id(node) for node in _outside_functions(self.tree))

    def imports_at_start(self, node: ast.stmt) -> bool:
        """Tell whether `node` would bring in Blender where `synth --help` must not wait for it."""
        return self.part in STARTS_WITHOUT_BLENDER and id(node) in self.at_module_level

    def place(self, node: ast.AST) -> str:
        return f"synth_addon/{self.name}:{getattr(node, 'lineno', 0)}"

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Yield (statement, absolute dotted name) of each thing imported."""
        folder = ["synth_addon", *self.name.split("/")[:-1]]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node, alias.name
            elif isinstance(node, ast.ImportFrom):
                above = folder[: len(folder) - node.level + 1] if node.level else []
                stem = [*above, *([node.module] if node.module else [])]
                for alias in node.names:
                    yield node, ".".join([*stem, alias.name])


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            if not _is_for_type_checkers(child):
                yield from _outside_functions(child)


def _is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports_go_one_way(module: Module) -> Iterator[str]:
    allowed = ALLOWED_PARTS.get(module.part)
    if allowed is None:
        yield f"synth_addon/{module.name}: this part is not in ALLOWED_PARTS"
        return
    for node, name in module.imports():
        names = name.split(".")
        if names[0] != "synth_addon":
            continue
        part = names[1] if len(names) > 1 and _is_part(names[1]) else ""
        if part == module.part or (part == "" and module.part != "core"):
            continue
        if part == "" and names[1:] == ["__version__"]:
            continue
        if part not in allowed:
            yield f"{module.place(node)}: {module.part or 'the package'} imports {name}"
        elif part in MAY_NAME_BPY and module.imports_at_start(node):
            yield f"{module.place(node)}: import {name} inside the function that needs it"


def _is_part(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file() or name in ALLOWED_PARTS


def blender_is_imported_where_it_may(module: Module) -> Iterator[str]:
    for node, name in module.imports():
        if name.split(".")[0] not in BLENDER_MODULES:
            continue
        if module.part not in MAY_NAME_BPY:
            yield f"{module.place(node)}: {module.part} imports {name}"
        elif module.imports_at_start(node):
            yield f"{module.place(node)}: import {name} inside register()"


def imports_of_the_package_are_relative(module: Module) -> Iterator[str]:
    for node, name in module.imports():
        if name.split(".")[0] == "synth_addon" and not getattr(node, "level", 0):
            yield f"{module.place(node)}: import {name} relatively; Blender renames the package"


def core_imports_by_statement_only(module: Module) -> Iterator[str]:
    if module.part != "core":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _name(node.func) in {"import_module", "__import__"}:
            yield f"{module.place(node)}: {ast.unparse(node)} hides an import"


def nothing_is_printed(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "builtins.print"}:
            yield f"{module.place(node)}: print(...)"


def errors_are_caught_by_name(module: Module) -> Iterator[str]:
    """A handler that ends in a bare `raise` tidies up and hides nothing: it may be broad."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and _hides_errors(node):
            yield f"{module.place(node)}: broad except"
        elif isinstance(node, ast.Call) and _suppresses_broadly(node):
            yield f"{module.place(node)}: broad suppress"


def randomness_has_a_name(module: Module) -> Iterator[str]:
    if module.name == MAKES_GENERATORS:
        return
    for node, name in module.imports():
        if name.startswith("numpy.random") and module.part == "blender":
            yield f"{module.place(node)}: Blender's side decides nothing, yet imports {name}"
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute):
            continue
        name = ast.unparse(node)
        if module.part == "blender" and name in {"np.random", "numpy.random", "mathutils.noise"}:
            yield f"{module.place(node)}: Blender's side decides nothing, yet uses {name}"
        elif name.startswith(("np.random.", "numpy.random.")) and node.attr != "Generator":
            yield f"{module.place(node)}: {name} outside {MAKES_GENERATORS}"


def dangerous_modules_stay_out(module: Module) -> Iterator[str]:
    for node, name in module.imports():
        if reason := FORBIDDEN_EVERYWHERE.get(name.split(".")[0]):
            yield f"{module.place(node)}: imports {name}: {reason}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.keyword) and ast.unparse(node) == "allow_pickle=True":
            yield f"{module.place(node.value)}: allow_pickle"


def _name(function: ast.expr) -> str:
    return ast.unparse(function).split(".")[-1]


def _hides_errors(handler: ast.ExceptHandler) -> bool:
    end = handler.body[-1]
    raises_again = isinstance(end, ast.Raise) and end.exc is None
    return not raises_again and (handler.type is None or _is_broad(handler.type))


def _suppresses_broadly(call: ast.Call) -> bool:
    return _name(call.func) == "suppress" and any(map(_is_broad, call.args))


def _is_broad(types: ast.expr) -> bool:
    return bool(_names_in(types) & {"Exception", "BaseException"})


def _names_in(expression: ast.expr) -> set[str]:
    names = (node for node in ast.walk(expression) if isinstance(node, ast.Name | ast.Attribute))
    return {_name(node) for node in names}


Rule = Callable[[Module], Iterator[str]]
RULES: list[Rule] = [
    imports_go_one_way,
    blender_is_imported_where_it_may,
    imports_of_the_package_are_relative,
    core_imports_by_statement_only,
    nothing_is_printed,
    errors_are_caught_by_name,
    randomness_has_a_name,
    dangerous_modules_stay_out,
]


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    found = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]
    assert found
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule, modules: list[Module]) -> None:
    broken = [line for module in modules for line in rule(module)]
    assert not broken, "\n".join(broken)


# Each line breaks one rule; a rule that lets its line pass has gone blind.
BREACHES: list[tuple[Rule, str, str]] = [
    (imports_go_one_way, "core/x.py", "from ..blender import scene"),
    (imports_go_one_way, "core/writers/x.py", "from ... import cli"),
    (imports_go_one_way, "core/x.py", "from .. import __name__"),
    (imports_go_one_way, "blender/x.py", "from ..commands import generate"),
    (imports_go_one_way, "blender/x.py", "from .. import operators"),
    (imports_go_one_way, "panels/x.py", "from ..operators.generate import SYNTH_OT_generate"),
    (imports_go_one_way, "panels/x.py", "from ..blender import scene"),
    (imports_go_one_way, "batch.py", "from . import panels"),
    (imports_go_one_way, "cli.py", "def main():\n    from .operators import generate"),
    (imports_go_one_way, "farm/x.py", "from ..properties import settings"),
    (imports_go_one_way, "stream/x.py", "from ..panels import main"),
    (imports_go_one_way, "commands/x.py", "from .. import preferences"),
    (imports_go_one_way, "commands/x.py", "from ..blender.renderer import BlenderRenderer"),
    (imports_go_one_way, "a_new_part.py", ""),
    (blender_is_imported_where_it_may, "core/x.py", "import bpy"),
    (blender_is_imported_where_it_may, "core/x.py", "def f():\n    from mathutils import Matrix"),
    (blender_is_imported_where_it_may, "commands/x.py", "import bmesh.ops"),
    (blender_is_imported_where_it_may, "cli.py", "import gpu"),
    (blender_is_imported_where_it_may, "__init__.py", "import bpy"),
    (imports_of_the_package_are_relative, "core/x.py", "import synth_addon.core.camera"),
    (imports_of_the_package_are_relative, "batch.py", "from synth_addon.core import camera"),
    (core_imports_by_statement_only, "core/x.py", "importlib.import_module('bp' + 'y')"),
    (core_imports_by_statement_only, "core/x.py", "__import__('bpy')"),
    (nothing_is_printed, "commands/x.py", "print('hello')"),
    (errors_are_caught_by_name, "core/x.py", "try:\n    f()\nexcept:\n    pass"),
    (errors_are_caught_by_name, "core/x.py", "try:\n    f()\nexcept Exception:\n    g()"),
    (errors_are_caught_by_name, "core/x.py", "try:\n    f()\nexcept (A, BaseException):\n    g()"),
    (errors_are_caught_by_name, "core/x.py", "with contextlib.suppress(Exception):\n    f()"),
    (randomness_has_a_name, "blender/x.py", "x = np.random.Generator"),
    (randomness_has_a_name, "blender/x.py", "from numpy.random import default_rng"),
    (randomness_has_a_name, "blender/x.py", "x = mathutils.noise.random()"),
    (randomness_has_a_name, "core/x.py", "x = np.random.default_rng(0)"),
    (randomness_has_a_name, "farm/x.py", "numpy.random.seed(0)"),
    (dangerous_modules_stay_out, "blender/x.py", "import random"),
    (dangerous_modules_stay_out, "stream/x.py", "import pickle"),
    (dangerous_modules_stay_out, "stream/x.py", "from marshal import loads"),
    (dangerous_modules_stay_out, "core/x.py", "np.load(path, allow_pickle=True)"),
]


@pytest.mark.parametrize(("rule", "name", "source"), BREACHES)
def test_rule_sees_a_breach(rule: Rule, name: str, source: str) -> None:
    assert list(rule(Module(PACKAGE / name, source)))


ALLOWED: list[tuple[str, str]] = [
    ("core/writers/x.py", "from ..camera import Camera\nfrom . import coco\nimport numpy as np"),
    ("core/x.py", "from .. import __version__\nx: np.random.Generator"),
    ("core/x.py", "try:\n    f()\nexcept BaseException:\n    tidy_up()\n    raise"),
    ("commands/x.py", "def f():\n    from ..blender.renderer import BlenderRenderer"),
    ("commands/x.py", "if TYPE_CHECKING:\n    from ..blender.renderer import BlenderRenderer"),
    ("blender/x.py", "import bpy\nfrom mathutils import Matrix\nfrom ..core import camera"),
    ("extension.py", "import bpy\n\ndef register():\n    from . import operators, panels"),
]


@pytest.mark.parametrize(("name", "source"), ALLOWED)
def test_rules_let_good_code_pass(name: str, source: str) -> None:
    assert not [line for rule in RULES for line in rule(Module(PACKAGE / name, source))]


IMPORT_WITHOUT_BLENDER = """
import importlib, pkgutil, sys

blocked = frozenset(sys.argv[1].split())

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
names = []
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    names.append(name)
    if hasattr(module, "__path__"):
        for found in pkgutil.walk_packages(module.__path__, f"{name}."):
            importlib.import_module(found.name)
            names.append(found.name)
sys.stdout.write("\\n".join(names))
"""


def test_core_and_command_line_import_without_blender() -> None:
    starts = ["synth_addon.core", "synth_addon.commands", "synth_addon.cli"]
    blocked = " ".join(sorted(BLENDER_MODULES))
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT_BLENDER, blocked, *starts],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    files = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] == "core"]
    imported = [name for name in done.stdout.split() if name.startswith("synth_addon.core")]
    assert len(imported) == len(files), "a folder of the core has no __init__.py"
