"""Texts that a language writes as English does, by its locale; "*" holds for all of them."""

from __future__ import annotations

SAME: dict[str, set[str]] = {
    "*": {
        *(
            "Printflow",
            "PaperCut",
            "Ctrl+K",
            "Userinfo",
            "%(volume)s cm³",
            "{mm} mm",
            "{inches} in",
        ),
        *("{count} min", "{minutes} min", "{hours} h {minutes} min", "%(hours)s h %(minutes)s min"),
    },
    "es": {
        *("Club", "Color", "Color {number}", "Color “{name}”", "Color: %(value)s", "Error:", "No"),
        *("Material", "Material: %(material)s, %(color)s", "Original", "Roles", "Total", "color"),
        *("Total: %(amount)s", "Total: %(price)s", "%(num)s color", "material", "roles"),
        'Total: <strong class="font-semibold figures" x-text="total"></strong>',
        'Total: <strong class="font-semibold figures">%(total)s</strong>',
    },
}
