"""Writes constraints.txt: resolves all requirements again in a clean environment.

Run it with the oldest Python that is supported, so that every pin installs there.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("src/printflow", "src/printflow_web", "src/printflow_opener")
# Wanted by click and pytest on Windows only, so that no other system's resolution shows it.
WINDOWS = ["colorama==0.4.6; sys_platform == 'win32'"]
HEADER = """\
# The exact versions that Printflow is developed and tested with, for
# `pip install -c constraints.txt …`. Made by `make constraints`.
"""


def main() -> None:
    """Resolve, and write the pins."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        pip = [str(python), "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", "--upgrade", "pip"], check=True)
        command = [*pip, "install", "--quiet", "--group", "dev", *PACKAGES]
        subprocess.run(command, check=True, cwd=ROOT)
        frozen = subprocess.run(
            [*pip, "freeze", "--all"], check=True, capture_output=True, text=True
        ).stdout.splitlines()
    pins = [line for line in frozen if not line.startswith(("printflow", "setuptools", "-e"))]
    text = HEADER + "\n".join(sorted({*pins, *WINDOWS}, key=str.lower)) + "\n"
    (ROOT / "constraints.txt").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
