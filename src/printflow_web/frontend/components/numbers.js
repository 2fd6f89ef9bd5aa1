// Numbers, amounts and lists as the page's language writes them, like the server's
// (printflow.language.formats): "1,234.5", "4,25 $", "PLA、PETG". Pure where there is no page.
const UNITS = ["B", "kB", "MB", "GB"];
const LIST_SIGNS = { zh: "、", ja: "、", ar: "، " };

export function language() {
  return globalThis.document?.documentElement.lang || "en";
}

const base = () => language().split("-")[0];
const format = (options) => new Intl.NumberFormat(language(), { numberingSystem: "latn", ...options });

// A whole number in groups of three.
export function grouped(number) {
  return format({ maximumFractionDigits: 0, useGrouping: true }).format(number);
}

// With so many digits behind the point, rounded as toFixed does.
export function fixed(number, digits) {
  return asWritten(number.toFixed(digits));
}

// A number that is written with a point, as the language writes it: no digit more or less.
export function asWritten(text) {
  const digits = (text.split(".")[1] || "").length;
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return format({ ...fraction, useGrouping: true }).format(Number(text));
}

export function significant(number, digits) {
  return format({ minimumSignificantDigits: digits, maximumSignificantDigits: digits }).format(number);
}

// The currency is the lab's: its short sign is enough. English has the long one of foreign dollars.
export function money(amount, currency, maximumFractionDigits) {
  const currencyDisplay = base() === "en" ? "symbol" : "narrowSymbol";
  const style = { style: "currency", currency, currencyDisplay, useGrouping: true };
  return format({ ...style, maximumFractionDigits }).format(amount);
}

export function sizeText(bytes) {
  let step = 0;
  while (bytes >= 1000 ** (step + 1) && step < UNITS.length - 1) step += 1;
  const number = step < 2 ? grouped(Math.round(bytes / 1000 ** step)) : fixed(bytes / 1000 ** step, 1);
  return withUnit(number, base() === "fr" ? UNITS[step].replace("B", "o") : UNITS[step]);
}

export function withUnit(number, unit) {
  return `${number}${base() === "en" ? " " : "\u00a0"}${unit}`;
}

// Names one after the other.
export function listed(names) {
  return names.join(LIST_SIGNS[base()] || ", ");
}

// Whether the language says so many in its form for one.
export function isOne(count) {
  return new Intl.PluralRules(language()).select(count) === "one";
}
