// Which method and which printer a student need not choose. Pure: no page in here.
import { goesInto } from "./guesses.js";

function holds(printer, models) {
  return models.every((facts) => goesInto(facts, printer.volume));
}

// The method that alone can print all models, or "". `methods` and `printers` are those that can be
// chosen now, `models` the facts of the models that are known.
export function onlyMethod(methods, printers, models) {
  if (methods.length === 1) return methods[0];
  const able = printers.filter((printer) => models.length && holds(printer, models));
  const found = methods.filter((name) => able.some((printer) => printer.methods.includes(name)));
  return found.length === 1 ? found[0] : "";
}

// Of these printers the one that should be free first, of those that fit if any does; the catalog's
// order settles the rest. Gives { name, fits }, or null without printers.
export function freeFirst(printers, models) {
  const fitting = printers.filter((printer) => holds(printer, models));
  const days = (printer) => printer.days ?? Infinity;
  const choice = fitting.length ? fitting : printers;
  if (!choice.length) return null;
  const first = choice.reduce((best, one) => (days(one) < days(best) ? one : best));
  return { name: first.name, fits: models.length > 0 && fitting.length > 0 };
}
