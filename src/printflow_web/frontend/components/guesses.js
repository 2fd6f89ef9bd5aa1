// What a model's measures mean for the lab: where it fits, and whether its unit looks wrong.
// Lengths in mm. Pure: no page in here.
const INCH = 25.4;
const TINY_MM = 3; // nobody prints so small a thing

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

export function lengths(size, digits = 1) {
  return size.map((side) => side.toFixed(digits)).join(" × ");
}

export function inches(size) {
  return lengths(size.map((side) => side / INCH), 2);
}
