// What a model's measures mean for the lab: where it fits, whether its unit looks wrong, about what
// it costs. Lengths in mm, volumes in mm³. Pure: no page in here.
const INCH = 25.4;
const TINY_MM = 3; // nobody prints so small a thing
const LARGEST_PRICE = 1e7;

// In any axis order: compare the sides by their rank.
export function fits(size, volume) {
  const model = [...size].sort((a, b) => a - b);
  const room = [...volume].sort((a, b) => a - b);
  return model.every((side, rank) => side <= room[rank] + 1e-6);
}

export function printersOf(lab, method) {
  return lab.printers.filter((printer) => !method || printer.methods.includes(method));
}

// "" when the unit looks right; else which template text says so, and what was perhaps meant.
export function unitProblem(size, printers) {
  const longest = Math.max(...size);
  const largest = Math.max(...printers.flatMap((printer) => printer.volume));
  if (longest < TINY_MM) {
    const guesses = [
      ["textInches", INCH],
      ["textMeters", 1000],
    ];
    return { text: "textTiny", longest, guesses: sensible(size, guesses, largest) };
  }
  if (longest > largest) {
    const guesses = [
      ["textFromInches", 1 / INCH],
      ["textMicrometers", 1 / 1000],
    ];
    return { text: "textHuge", longest, guesses: sensible(size, guesses, largest) };
  }
  return null;
}

function sensible(size, guesses, largest) {
  return guesses
    .map(([text, factor]) => ({ text, size: size.map((side) => side * factor) }))
    .filter((guess) => {
      const longest = Math.max(...guess.size);
      return longest >= TINY_MM && longest <= largest;
    });
}

// Least and most of what prints like it cost, in the currency's units; with the minimum charge.
export function priceRange(lab, { method, printer, volume, copies }) {
  const way = lab.methods[method];
  const printers = printersOf(lab, method).filter((one) => !printer || one.name === printer);
  if (!way || !printers.length) return null;
  const grams = (volume / 1000) * way.density * copies;
  const rates = printers.map((one) => one.perGram);
  const low = Math.max(lab.minimum, grams * way.fill[0] * Math.min(...rates));
  const high = Math.max(lab.minimum, grams * way.fill[1] * Math.max(...rates));
  if (high > LARGEST_PRICE) return null;
  const hours = printers.some((one) => one.perHour > 0);
  return { low, high, least: high <= lab.minimum, hours };
}

export function lengths(size, digits = 1) {
  return size.map((side) => side.toFixed(digits)).join(" × ");
}

export function inches(size) {
  return lengths(size.map((side) => side / INCH), 2);
}

// Whole units, the low end down and the high end up; the minimum charge exactly.
export function priceText(range, lab, texts) {
  const exact = money(lab.currency, Number.isInteger(lab.minimum) ? 0 : 2);
  const whole = money(lab.currency, 0);
  if (range.least) return texts.textMinimum.replace("{low}", exact(lab.minimum));
  const atLeast = range.low <= lab.minimum;
  const low = atLeast ? exact(lab.minimum) : whole(Math.floor(range.low));
  const high = whole(Math.ceil(range.high));
  if (low === high) return texts.textSingle.replace("{low}", low);
  return texts.textRange.replace("{low}", low).replace("{high}", high);
}

function money(currency, digits) {
  const format = new Intl.NumberFormat(document.documentElement.lang || "en", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (amount) => format.format(amount);
}
