// The package around a 3MF's model parts: a ZIP, unpacked as far as it is read, and what it names.
import { strFromU8, unzipSync } from "fflate";
import { SaxesParser } from "saxes";

import { readModel } from "./three_mf_part.js";
import { withPlainSizes } from "./zip_sizes.js";

const MOST_BYTES = 300_000_000; // unpacked: what a phone can bear
const START = "3D/3dmodel.model"; // where the package doesn't say
const MODEL = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel";

export class Package {
  constructor(bytes) {
    let left = MOST_BYTES;
    const parts = unzipSync(withPlainSizes(bytes), {
      filter: ({ name, originalSize }) => {
        if (!/\.(model|rels|config)$/.test(folded(name))) return false;
        left -= originalSize;
        if (left < 0) throw new RangeError("too large to unpack");
        return true;
      },
    });
    this.members = new Map(Object.entries(parts).map(([name, data]) => [folded(name), data]));
    this.models = new Map();
    this.start = this.started();
  }

  // What a member says; "" where there is none.
  text(name) {
    return this.members.has(name) ? strFromU8(this.members.get(name)) : "";
  }

  // A model part, read when it is asked for.
  get(path) {
    const name = folded(path);
    if (!this.models.has(name)) {
      this.models.set(name, this.members.has(name) ? readModel(this.text(name)) : undefined);
    }
    return this.models.get(name);
  }

  started() {
    let target = "";
    const parser = new SaxesParser();
    parser.on("error", () => {});
    parser.on("opentag", ({ attributes: is }) => {
      if (is.Type === MODEL) target ||= is.Target;
    });
    parser.write(this.text("_rels/.rels")).close();
    return target || START;
  }
}

// Names within a package are compared whatever their case, and with signs as they are or as %20.
function folded(name) {
  let plain = name;
  try {
    plain = decodeURIComponent(name);
  } catch {
    // a name with a % of its own
  }
  return plain.replaceAll("\\", "/").replace(/^\/+/, "").toLowerCase();
}
