// What the browser's preview advises before sending: node browser_advice.mjs FOLDER, a line of JSON for each
// file of it: {name, advice}. FOLDER/asked.json holds {limits, figures, words} by print method, and each
// model's name begins with its method's and a space. With findings in FOLDER/said.json also {said}: their
// sentences, in the same words.
import { existsSync, openAsBlob, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

import { adviceText } from "../../src/printflow_web/frontend/components/advice_words.js";
import { adviceOn } from "../../src/printflow_web/frontend/preview/advice.js";
import { examined } from "../../src/printflow_web/frontend/preview/measure.js";
import { modelOf } from "../../src/printflow_web/frontend/preview/read_model.js";

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(join(folder, name)));
const asked = read("asked.json");
for (const name of readdirSync(folder).sort()) {
  if (extname(name) === ".json") continue;
  const { limits, figures, words } = asked[name.split(" ")[0]];
  const found = await modelOf(await openAsBlob(join(folder, name)), extname(name));
  const { solid } = examined(found);
  const advice = solid && adviceOn(found, solid, limits, figures);
  for (const one of advice || []) one.message = adviceText(one, words);
  console.log(JSON.stringify({ name, advice }));
}
if (existsSync(join(folder, "said.json"))) {
  const said = read("said.json").map(([method, finding]) => adviceText(finding, asked[method].words));
  console.log(JSON.stringify({ said }));
}
