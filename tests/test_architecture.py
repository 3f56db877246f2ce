"""The shape of the house: which app may import which, and where foreign keys may point."""

import ast
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parent.parent

# Each app may import what stands below it. studio is the composition root; studio.lib the leaf.
BELOW = {
    "studio.lib": set(),
    "people": {"studio.lib"},
    "audit": {"people", "studio.lib"},
    "jobs": {"audit", "people", "studio.lib"},
    "qa": {"audit", "people", "studio.lib"},
    "comfy_bridge": {"audit", "people", "studio.lib"},
    "characters": {"qa", "jobs", "comfy_bridge", "audit", "people", "studio.lib"},
    "variants": {"characters", "qa", "jobs", "comfy_bridge", "audit", "people", "studio.lib"},
    "identity": {
        "variants",
        "characters",
        "qa",
        "jobs",
        "comfy_bridge",
        "audit",
        "people",
        "studio.lib",
    },
    "webhooks": {"jobs", "audit", "people", "studio.lib"},
}
OURS = {"studio", *BELOW} - {"studio.lib"}


def _app_of(module: str) -> str | None:
    if module == "studio.lib" or module.startswith("studio.lib."):
        return "studio.lib"
    top = module.split(".", maxsplit=1)[0]
    return top if top in OURS else None


def _modules():
    for top in sorted(OURS):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield path, name.removesuffix(".__init__")


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_no_app_imports_what_stands_above_it():
    wrong = []
    for path, name in _modules():
        app = _app_of(name)
        if app not in BELOW:
            continue
        for target, line in _imports(path):
            other = _app_of(target)
            if other is None or other == app:
                continue
            if other == "studio" and target == "studio":
                continue
            if other not in BELOW[app]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert wrong == []


def test_no_foreign_key_points_upward():
    wrong = []
    for model in apps.get_models():
        app = _app_of(model.__module__)
        if app not in BELOW:
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            other = _app_of(field.related_model.__module__)
            if other in OURS and other != app and other not in BELOW[app]:
                wrong.append(f"{model.__name__}.{field.name} points at {other}")
    assert wrong == []


def test_the_packages_at_the_root_are_empty():
    for top in ("studio", "studio/lib"):
        assert (ROOT / top / "__init__.py").read_text() == ""


@pytest.mark.parametrize("name", ["services", "utils", "helpers", "managers"])
def test_no_module_is_named_for_nothing(name):
    assert [path for path, _ in _modules() if path.stem == name] == []


def test_the_client_needs_python_alone():
    wrong = []
    for path in sorted((ROOT / "studio" / "client").glob("*.py")):
        for target, line in _imports(path):
            top = target.split(".")[0]
            ours = target == "studio.client" or target.startswith("studio.client.")
            if not ours and top not in sys.stdlib_module_names:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert wrong == []


def test_no_file_is_longer_than_four_hundred_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for path, _ in _modules()
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}
