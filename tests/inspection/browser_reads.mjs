// What the browser's preview reads of files: node browser_reads.mjs FOLDER, a line of JSON for each.
import { openAsBlob, readdirSync } from "node:fs";
import { extname, join } from "node:path";

import { aimed } from "../../src/printflow_web/frontend/preview/aim.js";
import { flatSide } from "../../src/printflow_web/frontend/preview/lying.js";
import { factsOf } from "../../src/printflow_web/frontend/preview/measure.js";
import { modelOf } from "../../src/printflow_web/frontend/preview/read_model.js";

const folder = process.argv[2];
for (const name of readdirSync(folder).sort()) {
  let facts = { usable: false };
  try {
    const model = await modelOf(await openAsBlob(join(folder, name)), extname(name));
    facts = factsOf(model);
    facts.flat = facts.usable ? flatSide(model.positions, facts) : null;
    facts.aim = facts.usable ? aimed(model.positions, facts, (point) => point) : null;
    facts.ghosts = model.ghosts.length / 9;
    facts.labels = model.labels.map(({ number, name: words }) => `${number} ${words}`.trim());
    facts.painted = {};
    for (const color of model.colors || new Int32Array(facts.triangles).fill(-1)) {
      facts.painted[color] = (facts.painted[color] || 0) + 1;
    }
  } catch (error) {
    facts.why = String(error);
  }
  console.log(JSON.stringify({ name, ...facts }));
}
