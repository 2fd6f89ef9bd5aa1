// What the browser's preview reads of files: node browser_reads.mjs FOLDER, a line of JSON for each.
import { openAsBlob, readdirSync } from "node:fs";
import { extname, join } from "node:path";

import { factsOf } from "../../src/printflow_web/frontend/preview/measure.js";
import { modelOf } from "../../src/printflow_web/frontend/preview/read_model.js";

const folder = process.argv[2];
for (const name of readdirSync(folder).sort()) {
  let facts = { usable: false };
  try {
    facts = factsOf(await modelOf(await openAsBlob(join(folder, name)), extname(name)));
  } catch (error) {
    facts.why = String(error);
  }
  console.log(JSON.stringify({ name, ...facts }));
}
