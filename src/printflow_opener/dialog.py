"""Messages and questions: in a window if there is a screen, on stderr if not."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tkinter

TITLE = "Printflow opener"


def has_screen() -> bool:
    """Whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _window() -> tkinter.Tk | None:
    """A new window, before all others; None where there is no screen, or no Tk."""
    if not has_screen():
        return None
    try:
        import tkinter
    except ImportError:
        return None
    try:
        window = tkinter.Tk()
    except tkinter.TclError:
        return None
    window.title(TITLE)
    window.attributes("-topmost", True)
    return window


def tell(message: str) -> None:
    """Say why nothing was opened."""
    if sys.stderr is not None:
        print(message, file=sys.stderr)
    window = _window()
    if window is None:
        return
    from tkinter import messagebox

    window.withdraw()
    messagebox.showwarning(TITLE, message, parent=window)
    window.destroy()


def choose(question: str, names: Sequence[str]) -> tuple[int, bool] | None:
    """Which of ``names``, and whether to remember it; None when the window was closed.

    Without a screen it is the first, not remembered.
    """
    window = _window()
    if window is None:
        return 0, False
    import tkinter
    from tkinter import ttk

    answer: list[tuple[int, bool]] = []
    remember = tkinter.BooleanVar(value=True)

    def take(number: int) -> None:
        answer.append((number, remember.get()))
        window.destroy()

    frame = ttk.Frame(window, padding=20)
    frame.grid()
    ttk.Label(frame, text=question).grid(sticky="w", pady=(0, 12))
    for number, name in enumerate(names):
        button = ttk.Button(frame, text=name, command=partial(take, number))
        button.bind("<Return>", lambda event: event.widget.invoke())
        button.grid(sticky="ew", pady=2)
        if number == 0:
            # Browsers start programs behind their own window.
            window.after(50, button.focus_force)
    ttk.Checkbutton(frame, text="Always use it for this type of file", variable=remember).grid(
        sticky="w", pady=(12, 0)
    )
    window.bind("<Escape>", lambda _event: window.destroy())
    window.mainloop()
    return answer[0] if answer else None
