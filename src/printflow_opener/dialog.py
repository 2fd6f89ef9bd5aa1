"""Telling and asking: a window where there is a screen, stderr where there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial

TITLE = "Printflow opener"


def has_screen() -> bool:
    """Whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def tell(message: str) -> None:
    """Say why nothing was opened."""
    if sys.stderr is not None:
        print(message, file=sys.stderr)
    if not has_screen():
        return
    try:
        import tkinter
        from tkinter import messagebox

        window = tkinter.Tk()
        window.withdraw()
        messagebox.showwarning(TITLE, message, parent=window)
        window.destroy()
    except Exception:  # noqa: BLE001 - no Tk, or no screen after all: stderr has said it
        return


def choose(question: str, names: Sequence[str]) -> tuple[int, bool] | None:
    """Which of ``names``, and whether to remember it; None when the window was closed.

    Without a screen it is the first, not remembered.
    """
    if not has_screen():
        return 0, False
    try:
        import tkinter
        from tkinter import ttk
    except ImportError:
        return 0, False
    answer: list[tuple[int, bool]] = []
    try:
        window = tkinter.Tk()
    except tkinter.TclError:
        return 0, False
    window.title(TITLE)
    remember = tkinter.BooleanVar(value=True)
    frame = ttk.Frame(window, padding=20)
    frame.grid()
    ttk.Label(frame, text=question).grid(sticky="w", pady=(0, 12))

    def take(number: int) -> None:
        answer.append((number, remember.get()))
        window.destroy()

    for number, name in enumerate(names):
        button = ttk.Button(frame, text=name, command=partial(take, number))
        button.grid(sticky="ew", pady=2)
        if number == 0:
            button.focus()
    ttk.Checkbutton(frame, text="Always use it for files of this kind", variable=remember).grid(
        sticky="w", pady=(12, 0)
    )
    window.bind("<Escape>", lambda _event: window.destroy())
    window.bind("<Return>", lambda _event: window.focus_get().invoke())  # type: ignore[union-attr]
    window.mainloop()
    return answer[0] if answer else None
