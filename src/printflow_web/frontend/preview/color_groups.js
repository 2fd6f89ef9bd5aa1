// The colors of a 3MF's model part, as printflow.inspection.color_groups reads them: base materials,
// color groups, and what slicers painted on triangles.
import { NONE, colorOf, mixed, ofSlot } from "./colors.js";
import { mainSlot, slotsOf } from "./paint.js";

const MATERIALS = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02";
const PAINTED = ["paint_color", "mmu_segmentation"];
const GROUPS = ["colorgroup", "compositematerials", "multiproperties"];
const MOST = 1_000_000;

export class Groups {
  constructor() {
    this.lists = new Map();
    this.also = new Set(); // slots that are painted on parts of triangles
    this.prefixes = new Set();
    this.open = null;
    this.whose = [];
    this.places = [];
    this.count = 0;
  }

  // What a model part's first element declares.
  declare(is) {
    for (const [name, value] of Object.entries(is)) {
      if (value === MATERIALS && name.startsWith("xmlns:")) this.prefixes.add(name.slice(6));
    }
  }

  // What begins there, if it is about colors; prefix: "" for the core's own.
  begin(prefix, tag, is) {
    if (!prefix) {
      if (tag === "basematerials") this.list(is);
      else if (tag === "base" && this.open) this.add(colorOf(is.displaycolor));
      return;
    }
    this.declare(is);
    if (!this.prefixes.has(prefix)) return;
    if (GROUPS.includes(tag)) {
      this.list(is);
      this.whose = words(is.pids ?? is.matid);
      this.places = words(is.matindices);
    } else if (tag === "color") this.add(colorOf(is.color));
    else if (tag === "composite") {
      const shares = words(is.values).map(Number);
      const most = Math.max(0, shares.indexOf(Math.max(...shares)));
      this.add(this.of(this.whose[0], this.places[most]));
    } else if (tag === "multi") {
      const found = words(is.pindices).map((place, at) => this.of(this.whose[at], place));
      this.add(found.find((color) => color !== NONE) ?? NONE);
    }
  }

  list({ id }) {
    this.open = [];
    this.whose = [];
    this.lists.set(id, this.open);
  }

  add(color) {
    this.count += 1;
    if (this.open && this.count <= MOST) this.open.push(color);
  }

  of(group, place) {
    if (!/^\d{1,9}$/.test(place ?? "")) return NONE;
    return this.lists.get(group)?.[Number(place)] ?? NONE;
  }

  // The color that a triangle has of its own; pid: its object's list.
  ofTriangle(is, pid) {
    for (const name in is) {
      if (!PAINTED.includes(name.slice(name.indexOf(":") + 1))) continue;
      const slots = slotsOf(is[name]);
      const slot = mainSlot(slots);
      if (slots.size > 1) for (const one of slots.keys()) if (one) this.also.add(one);
      if (slot) return ofSlot(slot);
    }
    if (is.p1 === undefined) return NONE;
    const group = is.pid ?? pid;
    return mixed([is.p1, is.p2 ?? is.p1, is.p3 ?? is.p1].map((place) => this.of(group, place)));
  }
}

function words(text) {
  return (text || "").trim().split(/\s+/).filter(Boolean);
}
