// What the browser says of files before sending: node browser_checks.mjs FOLDER, a line of JSON for each
// file of it: {name, problem}, and of a ZIP also {files: [name, bytes as hex], left_out}. FOLDER/rules.json
// holds what the page brings along.
import { openAsBlob, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { contentProblem } from "../../src/printflow_web/frontend/components/file_type.js";
import { modelsIn } from "../../src/printflow_web/frontend/components/models_zip.js";

const folder = process.argv[2];
const { rules, endings, texts } = JSON.parse(readFileSync(join(folder, "rules.json")));
for (const name of readdirSync(folder).sort()) {
  if (name === "rules.json") continue;
  const file = new File([await openAsBlob(join(folder, name))], name);
  if (!name.endsWith(".zip")) {
    console.log(JSON.stringify({ name, problem: await contentProblem(file, rules) }));
    continue;
  }
  const found = await modelsIn(file, endings, texts, rules);
  if (!found) {
    console.log(JSON.stringify({ name, server: true }));
    continue;
  }
  const { files, leftOut, problem } = found;
  const unpacked = [];
  for (const one of files) {
    unpacked.push([one.name, Buffer.from(await one.arrayBuffer()).toString("hex")]);
  }
  console.log(JSON.stringify({ name, problem, files: unpacked, left_out: leftOut }));
}
