// What slicers wrote beside a 3MF's model, as printflow.inspection.printed_parts reads it: which parts
// are not printed, and what is on which plate.
import { SaxesParser } from "saxes";

const PRINTED = ["modelpart", "normal_part"];
const ASIDE = [
  "negativevolume", "negative_part", "parametermodifier", "modifier_part",
  "supportenforcer", "support_enforcer", "supportblocker", "support_blocker",
];

// {ranges: {object: [[first, last]]}, parts: Set("object component"), plates: [{number, instances}]}
export function readSettings(prusa, orca) {
  const found = { ranges: new Map(), parts: new Set(), plates: [] };
  if (prusa) parse(prusa, prusaTags(found));
  if (orca) parse(orca, orcaTags(found));
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
  return {
    begin(tag, is) {
      if (tag === "object") object = is.id;
      else if (tag === "volume") {
        range = [Number(is.firstid), Number(is.lastid)];
        printed = true;
      } else if (tag === "metadata" && is.type === "volume") {
        const value = (is.value || "").trim().toLowerCase();
        if (is.key === "volume_type" && PRINTED.includes(value)) printed = true;
        else if (is.key === "volume_type" && ASIDE.includes(value)) printed = false;
        else if (is.key === "modifier" && value === "1") printed = false;
      }
    },
    end(tag) {
      if (tag !== "volume" || printed) return;
      found.ranges.set(object, [...(found.ranges.get(object) || []), range]);
    },
  };
}

function orcaTags(found) {
  const within = [];
  const here = { object: "", object_id: "", instance_id: "" };
  return {
    begin(tag, is) {
      within.push(tag);
      if (tag === "object") here.object = is.id;
      else if (tag === "part" && ASIDE.includes((is.subtype || "").toLowerCase())) {
        found.parts.add(`${here.object} ${is.id}`);
      } else if (tag === "plate") {
        found.plates.push({ number: found.plates.length + 1, instances: new Set() });
      } else if (tag === "model_instance") {
        here.object_id = "";
        here.instance_id = "";
      } else if (tag === "metadata" && within.includes("plate")) {
        if (is.key === "plater_id" && Number(is.value) > 0) found.plates.at(-1).number = Number(is.value);
        else if (is.key in here) here[is.key] = is.value;
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
