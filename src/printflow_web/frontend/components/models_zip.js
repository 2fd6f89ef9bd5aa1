// The models in a ZIP, as files of their own: each gets its card. As printflow.uploads.models_zip has it.
import { endingOf, filled } from "./file_check.js";
import { archiveProblem, canUnpack, contentsOf, memberOf } from "./zip_contents.js";

const NOT_NAMED = ["thumbs.db", "desktop.ini", ".ds_store"];

// {files, leftOut: names, problem}; null where the server is to unpack it.
export async function modelsIn(file, endings, texts, rules) {
  const nothing = { files: [], leftOut: [] };
  const contents = await contentsOf(file, rules.archives);
  const problem = archiveProblem(contents, rules.archives, ".zip");
  if (problem) return { ...nothing, problem };
  const { models, leftOut } = sorted(contents.members, endings);
  if (!models.length) return { ...nothing, problem: rules.archives.no_model };
  if (models.length > Number(texts.maxFiles)) {
    return { ...nothing, problem: filled(texts.tooMany, { count: texts.maxFiles }) };
  }
  if (!canUnpack(models.map(([member]) => member))) return null;
  const files = [];
  for (const [member, name] of models) {
    try {
      const { lastModified } = file;
      files.push(new File([await memberOf(file, member)], name, { lastModified }));
    } catch {
      return { ...nothing, problem: filled(rules.archives.damaged, { name: name.slice(0, 60) }) };
    }
  }
  return { files, leftOut, problem: "" };
}

function sorted(members, endings) {
  const models = [];
  const leftOut = [];
  const taken = new Set();
  for (const member of members) {
    const steps = member.name.split(/[/\\]/).filter(Boolean);
    const last = steps[steps.length - 1];
    if (member.directory || !steps.length || bySystem(steps)) continue;
    if (endings.includes(endingOf(last))) {
      const name = taken.has(last) ? steps.join("_") : last;
      taken.add(name);
      models.push([member, name]);
    } else leftOut.push(last);
  }
  return { models, leftOut };
}

function bySystem(steps) {
  const last = steps[steps.length - 1].toLowerCase();
  return steps[0] === "__MACOSX" || last.startsWith("._") || NOT_NAMED.includes(last);
}
