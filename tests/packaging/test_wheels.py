"""Each wheel holds exactly what its folder holds, and works on its own."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("printflow", "printflow_web", "printflow_opener")
# What serves to build the wheel and does not travel in it.
BUILD_ONLY = {"pyproject.toml", "hatch_build.py", ".gitignore", "frontend"}
BUILT = ["static/app.css", "static/app.js"]

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(240), pytest.mark.long]


def tree(package: str) -> set[str]:
    """The files of a package that belong into its wheel: what git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."],
        cwd=ROOT / "src" / package,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name for name in listed.stdout.split("\0") if name}
    present = {name for name in names if (ROOT / "src" / package / name).is_file()}
    shipped = {name for name in present if name.partition("/")[0] not in BUILD_ONLY}
    # Catalogs go as they are read: compiled.
    return {f"{name.removesuffix('.po')}.mo" if name.endswith(".po") else name for name in shipped}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages, so that building changes nothing in the tree."""
    target = tmp_path_factory.mktemp("src")
    leave = shutil.ignore_patterns("__pycache__", "static", "*.egg-info")
    for package in PACKAGES:
        shutil.copytree(ROOT / "src" / package, target / package, ignore=leave)
    return target


@pytest.fixture(scope="module")
def wheels(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The three wheels."""
    target = tmp_path_factory.mktemp("wheels")
    # The build requirements are here already, at the pinned versions.
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target)]
    command = [sys.executable, "-m", "pip", "wheel", *options]
    subprocess.run([*command, *(str(sources / package) for package in PACKAGES)], check=True)
    return {path.name.partition("-")[0]: path for path in target.glob("*.whl")}


def contents(wheel: Path, package: str) -> set[str]:
    """The wheel's files below its package; nothing but metadata may lie outside."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert all(name.startswith(f"{package}/") for name in names)
    return {name.removeprefix(f"{package}/") for name in names}


@pytest.mark.parametrize("package", ["printflow", "printflow_opener"])
def test_wheel_holds_what_the_tree_holds(wheels: dict[str, Path], package: str) -> None:
    assert contents(wheels[package], package) == tree(package)


def test_web_wheel_holds_the_built_front_end_too(wheels: dict[str, Path]) -> None:
    found = contents(wheels["printflow_web"], "printflow_web")
    built = {name for name in found if name.startswith("static/")}
    assert found - built == tree("printflow_web")
    assert built.issuperset(BUILT)
    with zipfile.ZipFile(wheels["printflow_web"]) as archive:
        for name in BUILT:
            assert archive.getinfo(f"printflow_web/{name}").file_size > 1000


def test_web_sdist_builds_the_same_wheel(
    sources: Path, wheels: dict[str, Path], tmp_path: Path
) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path)]
    # Without a choice, the wheel is made from the sdist.
    subprocess.run([*build, str(sources / "printflow_web")], check=True, capture_output=True)
    assert len(list(tmp_path.glob("*.tar.gz"))) == 1
    (wheel,) = tmp_path.glob("*.whl")
    of_tree = contents(wheels["printflow_web"], "printflow_web")
    assert contents(wheel, "printflow_web") == of_tree


IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
others = {"printflow", "printflow_web", "printflow_opener"} - set(sys.argv[1:])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    parts = module.name.split(".")
    # Alembic runs its own, and a module that runs a program is not for importing.
    if "migrations" not in parts and parts[-1] not in {"__main__", "testing"}:
        importlib.import_module(module.name)
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & others, loaded & others
assert "site-packages" in package.__path__[0], package.__path__
for name in sorted(others):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        continue
    sys.exit(name + " is installed here too")
"""


def environment(folder: Path, *wheels: Path) -> Path:
    """An environment with these wheels, beside the dependencies that this one has.

    The dependencies come in by a path file that reads this environment's packages but not its
    path files, so that the editable installs stay out.
    """
    venv.create(folder, with_pip=False)
    variables = {"base": str(folder), "platbase": str(folder)}
    packages = sysconfig.get_path("purelib", vars=variables)
    scripts = sysconfig.get_path("scripts", vars=variables)
    python = Path(scripts) / ("python.exe" if os.name == "nt" else "python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", *map(str, wheels)], check=True)
    dependencies = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    Path(packages, "dependencies.pth").write_text("\n".join(dict.fromkeys(dependencies)), "utf-8")
    return python


def test_opener_works_alone(wheels: dict[str, Path], tmp_path: Path) -> None:
    python = environment(tmp_path / "venv", wheels["printflow_opener"])
    run = [str(python), "-c", IMPORT_ALL, "printflow_opener"]
    subprocess.run(run, check=True, cwd=tmp_path)
    command = next((tmp_path / "venv").glob("*/printflow-opener*"))
    shown = subprocess.run([str(command), "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("printflow-opener ")


def test_library_works_without_the_web(wheels: dict[str, Path], tmp_path: Path) -> None:
    python = environment(tmp_path / "venv", wheels["printflow"])
    subprocess.run([str(python), "-c", IMPORT_ALL, "printflow"], check=True, cwd=tmp_path)
    command = next(path for path in (tmp_path / "venv").glob("*/printflow*") if path.is_file())
    shown = subprocess.run([str(command), "--help"], capture_output=True, text=True, check=True)
    assert "serve" in shown.stdout


def test_web_works_with_the_library(wheels: dict[str, Path], tmp_path: Path) -> None:
    python = environment(tmp_path / "venv", wheels["printflow"], wheels["printflow_web"])
    run = [str(python), "-c", IMPORT_ALL, "printflow_web", "printflow"]
    subprocess.run(run, check=True, cwd=tmp_path)
