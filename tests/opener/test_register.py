"""Registering: keys, files and applications, each as its system wants them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from printflow_opener import slicers
from printflow_opener.__main__ import main
from printflow_opener.launch import command
from printflow_opener.register import linux, macos, windows
from printflow_opener.slicers import Slicer, installed

PROGRAM = [r"C:\Program Files\Printflow\printflow-opener.exe"]
LINE = r'"C:\Program Files\Printflow\printflow-opener.exe" open "%1"'


class Registry:
    """``winreg`` in memory."""

    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = "HKCU", "HKLM"
    KEY_WRITE, REG_SZ = 1, 1

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], dict[str, str]] = {}

    class _Handle:
        def __init__(self, values: dict[str, str]) -> None:
            self.values = values

        def __enter__(self) -> Registry._Handle:
            return self

        def __exit__(self, *_error: object) -> None:
            return

    def CreateKeyEx(self, root: str, key: str, _reserved: int, _access: int) -> Registry._Handle:
        return self._Handle(self.keys.setdefault((root, key), {}))

    def OpenKey(self, root: str, key: str) -> Registry._Handle:
        if (root, key) not in self.keys:
            raise FileNotFoundError(key)
        return self._Handle(self.keys[root, key])

    def SetValueEx(
        self, handle: Registry._Handle, name: str, _reserved: int, _kind: int, text: str
    ) -> None:
        handle.values[name] = text

    def QueryValueEx(self, handle: Registry._Handle, name: str) -> tuple[str, int]:
        return handle.values[name], 1

    def DeleteKey(self, root: str, key: str) -> None:
        if (root, key) not in self.keys:
            raise FileNotFoundError(key)
        del self.keys[root, key]


@pytest.mark.parametrize("system", [False, True])
def test_windows_keys(system: bool) -> None:
    registry = Registry()
    windows.write(registry, PROGRAM, system=system)
    root = "HKLM" if system else "HKCU"
    assert registry.keys[root, r"Software\Classes\printflow"] == {
        "": "URL:Printflow file",
        "URL Protocol": "",
    }
    assert registry.keys[root, r"Software\Classes\3dprint\shell\open\command"] == {"": LINE}
    assert windows.registered(registry) == LINE
    assert windows.remove(registry, system=system)
    assert not any(key.endswith("command") for _, key in registry.keys)
    assert windows.registered(registry) == ""
    assert not windows.remove(registry, system=system)


def test_the_exported_file(tmp_path: Path) -> None:
    path = tmp_path / "printflow.reg"
    windows.export(path, PROGRAM)
    data = path.read_bytes()
    assert data.startswith(b"\xff\xfe")
    lines = data.decode("utf-16").split("\r\n")
    assert lines[0] == "Windows Registry Editor Version 5.00"
    assert r"[HKEY_CURRENT_USER\Software\Classes\print3d\shell\open\command]" in lines
    escaped = LINE.replace("\\", "\\\\").replace('"', '\\"')
    assert f'@="{escaped}"' in lines


def test_a_desktop_file_quotes_what_it_must() -> None:
    text = linux.desktop_text(["/opt/my lab/100% $opener", "-m"])
    assert 'Exec="/opt/my lab/100%% \\\\$opener" -m open %u' in text
    assert "MimeType=x-scheme-handler/printflow;x-scheme-handler/print3d;" in text


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="registers on a Linux desktop")
def test_registering_on_linux_for_real(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    assert main(["register"]) == 0
    file = tmp_path / "XDG_DATA_HOME" / "applications" / linux.NAME
    assert f"Exec={sys.executable} -m printflow_opener open %u" in file.read_text()
    if shutil.which("xdg-mime"):
        assert linux.registered() == linux.NAME
        asked = subprocess.run(
            ["xdg-mime", "query", "default", "x-scheme-handler/3dprint"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert asked.stdout.strip() == linux.NAME
    (tmp_path / "XDG_CONFIG_HOME").mkdir(exist_ok=True)
    defaults = tmp_path / "XDG_CONFIG_HOME" / "mimeapps.list"
    others = "[Default Applications]\ntext/plain=editor.desktop\n"
    kept = defaults.read_text() if defaults.exists() else ""
    defaults.write_text(others + kept.replace("[Default Applications]\n", ""))
    assert main(["unregister"]) == 0
    assert not file.exists()
    assert defaults.read_text().strip() == others.strip()
    assert linux.registered() == ""
    assert main(["unregister"]) == 0
    assert "Nothing was registered" in capsys.readouterr().out


def test_a_mac_application_hands_the_link_on_quoted() -> None:
    text = macos.script(["/Applications/My Opener/printflow-opener"])
    assert "quoted form of link" in text
    assert "'/Applications/My Opener/printflow-opener' open" in text
    assert macos.url_types()[0]["CFBundleURLSchemes"] == ["printflow", "print3d", "3dprint"]
    app = Slicer("PrusaSlicer", "/Applications/PrusaSlicer.app", (".stl",))
    assert command(app, Path("/Volumes/3dprint/a.stl"), "darwin")[:3] == [
        "/usr/bin/open",
        "-a",
        "/Applications/PrusaSlicer.app",
    ]


def test_slicers_in_their_usual_places() -> None:
    base = r"C:\Program Files"
    there = {
        rf"{base}\Prusa3D\PrusaSlicer\prusa-slicer.exe",
        rf"{base}\UltiMaker Cura 5.8.0\UltiMaker-Cura.exe",
        rf"{base}\UltiMaker Cura 5.10.0\UltiMaker-Cura.exe",
    }

    def matches(pattern: str) -> list[str]:
        from fnmatch import fnmatchcase

        return [path for path in there if fnmatchcase(path, pattern)]

    found = installed("win32", {"ProgramFiles": base}, matches, lambda _name: None)
    assert [slicer.name for slicer in found] == ["PrusaSlicer", "Cura"]
    assert ".gcode" in found[0].extensions
    linux_found = installed("linux", {}, matches, lambda name: f"/usr/bin/{name}")
    assert linux_found[0].path == "/usr/bin/prusa-slicer"
    assert [slicer.name for slicer in slicers.fitting(found, "a.ufp")] == ["Cura"]
