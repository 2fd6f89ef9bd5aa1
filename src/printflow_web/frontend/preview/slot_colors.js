// The colors of a slicer's slots, as printflow.inspection.slot_colors reads them.
import { NONE, colorOf } from "./colors.js";

const MOST_SLOTS = 64;

// prusa, orca: the text of Slic3r_PE.config and of project_settings.config, where they are there.
export function slotColors(prusa, orca) {
  const found = known(prusa ? ofPrusa(prusa) : []);
  return found.length ? found : known(orca ? ofOrca(orca) : []);
}

function ofPrusa(text) {
  const listed = { extruder_colour: [], filament_colour: [] };
  for (const line of text.split(/[\r\n]+/)) {
    const at = line.indexOf("=");
    const key = line.slice(0, Math.max(0, at)).replace(/^[; \t]+/, "").trim();
    if (!(key in listed)) continue;
    const values = line.slice(at + 1).split(";").slice(0, MOST_SLOTS);
    listed[key] = values.map((value) => colorOf(value.replace(/^[ "]+|[ "]+$/g, "")));
  }
  const { extruder_colour: own, filament_colour: filaments } = listed;
  const count = Math.max(own.length, filaments.length);
  return Array.from({ length: count }, (_, at) => {
    const color = own[at] ?? NONE;
    return color === NONE ? filaments[at] ?? NONE : color;
  });
}

function ofOrca(text) {
  try {
    const listed = JSON.parse(text).filament_colour;
    return Array.isArray(listed) ? listed.slice(0, MOST_SLOTS).map((one) => colorOf(String(one))) : [];
  } catch {
    return [];
  }
}

function known(palette) {
  return palette.some((color) => color !== NONE) ? palette : [];
}
