"""Languages with a few texts each, compiled on the spot: the real catalogs change every day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from printflow.language import translation

SPANISH: Mapping[str, str] = {
    "Submit a print": "Enviar una impresión",
    "Language": "Idioma",
    "Page not found": "Página no encontrada",
    "Wrong password.": "Contraseña incorrecta.",
    "Enter a message.": "Escribe un mensaje.",
    "Dashboard": "Panel",
    "Total": "Suma",
    "Job": "Trabajo",
    "Hello %(name)s,": "Hola, %(name)s:",
    "Please confirm the price": "Confirma el precio",
    "Please confirm %(price)s for your print (job %(id)s)": "Confirma %(price)s (trabajo %(id)s)",
    "Canceled by the student": "Cancelado por el estudiante",
}
FRENCH: Mapping[str, str] = {
    "Submit a print": "Envoyer une impression",
    "Hello %(name)s,": "Bonjour %(name)s,",
    "Job": "Travail",
}


def compiled(folder: Path, locale: str, texts: Mapping[str, str]) -> None:
    """Write a catalog that programs can read."""
    catalog = Catalog(locale=locale, domain="printflow")
    for english, other in texts.items():
        catalog.add(english, other)
    place = folder / locale / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "printflow.mo").open("wb") as file:
        write_mo(file, catalog)


def offer(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Labs that are opened now have English, Spanish and French, and no others."""
    compiled(folder, "es", SPANISH)
    compiled(folder, "fr", FRENCH)
    patch.setattr(translation, "BUILT_IN", folder)
