"""The numbers of copies that fit to a status that nobody came to by printing. Pure."""

from __future__ import annotations

from .plate import Copies
from .status import Status


def counts_of(dest: Status, copies: Copies) -> dict[str, int]:
    """The job's numbers where it comes to ``dest`` by an override, or from an older system."""
    wanted = copies.wanted
    if dest.record.all_printed:
        out = wanted if dest.record.handed_out else min(copies.out, wanted)
        return {"copies_good": wanted, "copies_printing": 0, "copies_out": out}
    good = copies.good if copies.good < wanted or not dest.record.to_print else 0
    return {
        "copies_good": good,
        "copies_printing": wanted - good if dest is Status.PRINTING else 0,
        "copies_out": min(copies.out, good),
    }
