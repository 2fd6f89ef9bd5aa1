// What a model's measures mean for the lab: where it fits, and whether its unit looks wrong.
// Lengths in mm. Pure: no page in here.
import { fixed } from "./numbers.js";

const INCH = 25.4;
const TINY_MM = 3; // nobody prints so small a thing
const SPECK_MM = 0.5; // not even a format that states its unit is believed below this
const FEW_MM = 10; // below this it may have been inches

// In any axis order: compare the sides by their rank.
export function fits(size, volume) {
  const model = [...size].sort((a, b) => a - b);
  const room = [...volume].sort((a, b) => a - b);
  return model.every((side, rank) => side <= room[rank] + 1e-6);
}

// A model, plate by plate: each must fit.
export function goesInto(facts, volume) {
  return facts.sizes.every((size) => fits(size, volume));
}

export function printersOf(lab, method) {
  return lab.printers.filter((printer) => !method || printer.methods.includes(method));
}

// null when the unit looks right; else which template text says so, and what was perhaps meant: {text,
// scaling, size}. A soft one may well be meant so. scalings: the lab's, with what each multiplies by;
// states: whether the format says its unit.
export function unitProblem(size, printers, scalings, states = false) {
  const longest = Math.max(...size);
  const largest = Math.max(0, ...printers.flatMap((printer) => printer.volume));
  if (states && longest < SPECK_MM) return { text: "textSpeck", longest, guesses: [] };
  if (longest < TINY_MM && !states) {
    const guesses = [
      ["textInches", "inches"],
      ["textCentimeters", "centimeters"],
      ["textMeters", "meters"],
    ];
    return { text: "textTiny", longest, guesses: sensible(size, guesses, scalings, largest) };
  }
  if (largest && longest > largest) {
    const guesses = [
      ["textFromInches", "from_inches"],
      ["textMicrometers", "micrometers"],
    ];
    return { text: "textHuge", longest, guesses: sensible(size, guesses, scalings, largest) };
  }
  const inch = size.map((side) => side * scalings.inches);
  if (!states && longest < FEW_MM && (!printers.length || printers.some((one) => fits(inch, one.volume)))) {
    return { text: "textFew", longest, guesses: [{ text: "textFewInches", scaling: "inches", size: inch }], soft: true };
  }
  return null;
}

function sensible(size, guesses, scalings, largest) {
  return guesses
    .map(([text, scaling]) => ({ text, scaling, size: size.map((side) => side * scalings[scaling]) }))
    .filter((guess) => {
      const longest = Math.max(...guess.size);
      return longest >= TINY_MM && longest <= largest;
    });
}

export function lengths(size, digits = 1) {
  return size.map((side) => fixed(side, digits)).join(" × ");
}

export function inches(size) {
  return lengths(size.map((side) => side / INCH), 2);
}
