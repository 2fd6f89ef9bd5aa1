// What a line of a print is: the names that slicers give, as one list for all of them.
// model: whether it is part of what was modeled; a skirt, supports and a wipe tower are not.
export const KINDS = [
  { name: "other", color: "#9aa3b2", model: true },
  { name: "outer", color: "#f2801e", model: true },
  { name: "inner", color: "#f0c93a", model: true },
  { name: "overhang", color: "#2f55e0", model: true },
  { name: "infill", color: "#b23a2f", model: true },
  { name: "solid", color: "#9a56cf", model: true },
  { name: "top", color: "#ee4a4f", model: true },
  { name: "bridge", color: "#5c94e0", model: true },
  { name: "gap", color: "#e8e4da", model: true },
  { name: "ironing", color: "#f2a9a0", model: true },
  { name: "skirt", color: "#158a68", model: false },
  { name: "support", color: "#3cb54a", model: false },
  { name: "interface", color: "#0d7d33", model: false },
  { name: "tower", color: "#b0d7bb", model: false },
  { name: "custom", color: "#62cfb4", model: false },
  { name: "travel", color: "#7b8cc4", model: false },
];

// The bits of those that are seen from outside.
const INSIDE = ["inner", "infill", "gap", "travel"];
export const OUTSIDE = KINDS.reduce((bits, { name }, at) => (INSIDE.includes(name) ? bits : bits | (1 << at)), 0);
export const OTHER = 0;
export const CUSTOM = KINDS.findIndex(({ name }) => name === "custom");
export const TRAVEL = KINDS.findIndex(({ name }) => name === "travel");

// In this order: "Support interface" is no support, "Top solid infill" no solid infill.
const WORDS = [
  [/support.*(interface|transition)|(interface|dense|solid).*support|support solid/, "interface"],
  [/support|raft/, "support"],
  [/skirt|brim|shield/, "skirt"],
  [/tower|pillar|flush|purge|prime|wipe/, "tower"],
  [/custom/, "custom"],
  [/iron/, "ironing"],
  [/overhang/, "overhang"],
  [/bridge/, "bridge"],
  [/gap/, "gap"],
  [/(outer|external).*(wall|perimeter)|wall outer/, "outer"],
  [/wall|perimeter|single extrusion/, "inner"],
  [/^top/, "top"],
  [/skin|solid|bottom|shell/, "solid"],
  [/fill/, "infill"],
];
const known = new Map();

// The kind's place in KINDS of what a slicer calls it ("External perimeter", "WALL-OUTER", …).
export function kindOf(name) {
  let kind = known.get(name);
  if (kind === undefined) {
    const plain = name.toLowerCase().replace(/[-_/ ]+/g, " ").trim();
    const found = WORDS.find(([words]) => words.test(plain));
    kind = found ? KINDS.findIndex((one) => one.name === found[1]) : OTHER;
    if (known.size < 500) known.set(name, kind);
  }
  return kind;
}
