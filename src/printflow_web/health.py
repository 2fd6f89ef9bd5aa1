"""Whether the server lives, and whether the lab can work; no secrets, for monitoring."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from .gate import Gate
from .request import lab_of

pages = Blueprint("health", __name__, url_prefix="/health")

Answer = tuple[dict[str, Any], int] | tuple[dict[str, Any], int, dict[str, str]]
_AGAIN_SECONDS = 10
GATE = "printflow_gate"
"""Where a server leaves its gate for these pages."""


@pages.get("/live")
def live() -> dict[str, Any]:
    """The process answers."""
    return {"ok": True}


@pages.get("/ready")
def ready() -> Answer:
    """Database, store, disk, worker and mail; 503 when jobs cannot be taken."""
    health = lab_of(current_app).system.health()
    gate: Gate | None = current_app.extensions.get(GATE)
    if gate is not None:
        health["uploads"] = gate.figures()
        if health["uploads"]["full"] and health["status"] == "ok":
            health["status"] = "degraded"
    return (health, 200) if health["ok"] else (health, 503, {"Retry-After": str(_AGAIN_SECONDS)})
