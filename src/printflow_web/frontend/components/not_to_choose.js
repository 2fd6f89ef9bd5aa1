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

// What is chosen of a method's printers where nobody chose: any of several, or the only one; "" of
// none. `any` is how the form says that the lab may choose.
export function printerToTake(printers, any) {
  return printers.length > 1 ? any : (printers[0]?.name ?? "");
}
