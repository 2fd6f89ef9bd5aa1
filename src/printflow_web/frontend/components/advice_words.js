// The sentence of a finding, in the words that the page brought along: for each code and severity one for
// a single place and one for several. Numbers are written as the server writes them. Pure: no page in here.
import { asWritten, isOne, grouped } from "./numbers.js";

const NUMBERS = {
  value: ({ code, value }) => (code === "tips" ? amount(value) : millimeters(value)),
  limit: ({ limit }) => millimeters(limit),
  area: ({ area_mm2: area }) => amount(area / 100),
  volume: ({ volume_cm3: volume }) => amount(volume),
  count: ({ count }) => grouped(count),
};

export function adviceText(finding, words) {
  const [single, several] = words[`${finding.code} ${finding.severity}`];
  const text = isOne(finding.count) ? single : several;
  return text.replace(/\{(\w+)\}/g, (whole, name) => NUMBERS[name]?.(finding) ?? whole);
}

function millimeters(length) {
  return asWritten(rounded(length, 2).replace(/\.?0+$/, ""));
}

function amount(number) {
  if (number >= 10) return grouped(Number(rounded(number, 0)));
  return asWritten(number >= 0.1 ? rounded(number, 1) : "0.1");
}

// As Python rounds: what is exactly in the middle, to the even neighbor.
function rounded(number, digits) {
  if ((number * 2 ** (digits + 1)) % 2 !== 1) return number.toFixed(digits);
  const below = Math.floor(number * 10 ** digits);
  return ((below % 2 ? below + 1 : below) / 10 ** digits).toFixed(digits);
}
