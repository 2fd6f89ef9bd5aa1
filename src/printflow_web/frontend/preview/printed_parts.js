// What slicers wrote beside a 3MF's model, as printflow.inspection.printed_parts reads it: which parts
// are not printed, what is on which plate, and which slot's color a part has.
import { SaxesParser } from "saxes";

import { slotColors } from "./slot_colors.js";

const PRINTED = ["modelpart", "normal_part"];
const ASIDE = [
  "negativevolume", "negative_part", "parametermodifier", "modifier_part",
  "supportenforcer", "support_enforcer", "supportblocker", "support_blocker",
];

const NAME = 60;

// {ranges: {object: [[first, last]]}, parts: Set("object component"), plates: [{number, name, instances}],
// palette: the slots' colors, slots: {"object component" or "object ": slot}, slotRanges: {object: [[first,
// last, slot]]}}; text: gives what a member beside the model says, by its name in small letters
export function readSettings(text) {
  const found = { ranges: new Map(), parts: new Set(), plates: [], slots: new Map(), slotRanges: new Map() };
  const [prusa, orca] = [text("slic3r_pe_model.config"), text("model_settings.config")];
  if (prusa) parse(prusa, prusaTags(found));
  if (orca) parse(orca, orcaTags(found));
  found.palette = slotColors(text("slic3r_pe.config"), text("project_settings.config"));
  if (!found.plates.some((plate) => plate.instances.size)) found.plates = [];
  found.plates.sort((one, other) => one.number - other.number);
  return found;
}

// As far as it goes: Bambu Studio writes quotation marks into names as they are.
function parse(xml, { begin, end }) {
  const parser = new SaxesParser();
  const stop = () => {
    throw new Error("not read any further");
  };
  parser.on("error", stop);
  parser.on("doctype", stop);
  parser.on("opentag", ({ name, attributes }) => begin(name, attributes));
  parser.on("closetag", ({ name }) => end(name));
  try {
    parser.write(xml).close();
  } catch {
    // what was read before it counts
  }
}

function prusaTags(found) {
  let object = "";
  let range = [];
  let printed = true;
  let slot = 0;
  return {
    begin(tag, is) {
      if (tag === "object") object = is.id;
      else if (tag === "volume") {
        range = [Number(is.firstid), Number(is.lastid)];
        printed = true;
        slot = 0;
      } else if (tag === "metadata" && is.key === "extruder") {
        if (is.type === "volume") slot = slotOf(is.value);
        else found.slots.set(`${object} `, slotOf(is.value));
      } else if (tag === "metadata" && is.type === "volume") {
        const value = (is.value || "").trim().toLowerCase();
        if (is.key === "volume_type" && PRINTED.includes(value)) printed = true;
        else if (is.key === "volume_type" && ASIDE.includes(value)) printed = false;
        else if (is.key === "modifier" && value === "1") printed = false;
      }
    },
    end(tag) {
      if (tag !== "volume" || !(range[0] >= 0 && range[0] <= range[1])) return;
      if (slot) found.slotRanges.set(object, [...(found.slotRanges.get(object) || []), [...range, slot]]);
      if (!printed) found.ranges.set(object, [...(found.ranges.get(object) || []), range]);
    },
  };
}

function orcaTags(found) {
  const within = [];
  const here = { object: "", part: "", object_id: "", instance_id: "" };
  return {
    begin(tag, is) {
      within.push(tag);
      if (tag === "object") here.object = is.id;
      else if (tag === "part") {
        here.part = is.id;
        if (ASIDE.includes((is.subtype || "").toLowerCase())) found.parts.add(`${here.object} ${is.id}`);
      } else if (tag === "metadata" && is.key === "extruder" && within.includes("object")) {
        const part = within.includes("part") ? here.part : "";
        found.slots.set(`${here.object} ${part}`, slotOf(is.value));
      } else if (tag === "plate") {
        found.plates.push({ number: found.plates.length + 1, name: "", instances: new Set() });
      } else if (tag === "model_instance") {
        here.object_id = "";
        here.instance_id = "";
      } else if (tag === "metadata" && within.includes("plate")) {
        if (is.key === "plater_id" && Number(is.value) > 0) found.plates.at(-1).number = Number(is.value);
        else if (is.key === "plater_name") found.plates.at(-1).name = cleaned(is.value);
        else if (["object_id", "instance_id"].includes(is.key)) here[is.key] = is.value;
      }
    },
    end(tag) {
      if (tag === "model_instance" && within.includes("plate")) {
        found.plates.at(-1).instances.add(`${here.object_id} ${Number(here.instance_id) || 0}`);
      }
      within.pop();
    },
  };
}

function slotOf(value) {
  return /^\d{1,9}$/.test((value || "").trim()) ? Number(value) : 0;
}

// Without control characters, and not longer than people name things.
function cleaned(name) {
  return (name || "").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "").slice(0, NAME);
}
