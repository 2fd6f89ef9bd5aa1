"""What import-linter cannot see: names, and calls.

The directions between modules are contracts in the root ``pyproject.toml``.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
# The errors are data, without input or output.
PURE = ("printflow.domain", "printflow.errors")
# Reading a clock or chance; everything else the domain must not do needs a forbidden import.
IMPURE_CALLS = {"now", "utcnow", "today", "open", "input", "print", "getenv", "uuid4"}


def modules(package: str) -> list[Path]:
    """The package's modules, without what only its build uses."""
    folder = SRC / package
    return sorted(
        path
        for path in folder.rglob("*.py")
        if "node_modules" not in path.parts and path.name != "hatch_build.py"
    )


def imports(path: Path) -> Iterator[tuple[str, str | None, int]]:
    """Each absolute import: the module, the name taken from it, the line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                yield node.module, alias.name, node.lineno


def test_web_uses_only_what_the_library_exports() -> None:
    printflow = pytest.importorskip("printflow")
    exported = set(getattr(printflow, "__all__", ()))
    wrong = []
    for path in modules("printflow_web"):
        for module, name, line in imports(path):
            place = f"{path.relative_to(SRC)}:{line}"
            if module.startswith("printflow."):
                wrong.append(f"{place}: {module} is inside the library; import from printflow")
            elif module == "printflow" and name is not None and name not in exported:
                wrong.append(f"{place}: {name} is not in printflow.__all__")
    assert not wrong, "\n".join(wrong)


def test_opener_uses_only_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | {"printflow_opener"}
    wrong = [
        f"{path.relative_to(SRC)}:{line}: {module}"
        for path in modules("printflow_opener")
        for module, _, line in imports(path)
        if module.partition(".")[0] not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_domain_reads_no_clock_and_prints_nothing() -> None:
    wrong = []
    for path in modules("printflow/domain"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            if isinstance(node, ast.Call):
                function = node.func
                name = getattr(function, "attr", None) or getattr(function, "id", None)
                if name in IMPURE_CALLS:
                    wrong.append(f"{path.relative_to(SRC)}:{node.lineno}: {name}()")
    assert not wrong, "\n".join(wrong)


def test_domain_uses_only_the_standard_library_and_its_own_tools() -> None:
    # transitions is the state machine; anyascii transliterates names and does nothing else.
    allowed = sys.stdlib_module_names | {"printflow", "transitions", "anyascii"}
    wrong = [
        f"{path.relative_to(SRC)}:{line}: {module}"
        for path in modules("printflow/domain")
        for module, _, line in imports(path)
        if module.partition(".")[0] not in allowed
        or (module.startswith("printflow.") and not module.startswith(PURE))
    ]
    assert not wrong, "\n".join(wrong)
