// What can be said of a file before a byte is sent: its ending, that it holds something, its size.
import { sizeText } from "./numbers.js";

export function endingOf(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : "";
}

// Fills {names} in a text that the template brought along.
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const SAME_PROGRAM = { ".stp": ".step", ".f3z": ".f3d", ".gco": ".gcode", ".bgcode": ".gcode" };

// How the program whose file this is exports a model; undefined for other files.
function exportWords(ending, texts) {
  const known = (SAME_PROGRAM[ending] || ending).slice(1);
  return texts[`export${known.charAt(0).toUpperCase()}${known.slice(1)}`];
}

// "" if the file may be sent, else the sentence to show; `texts` is the input's dataset.
export function fileProblem(file, texts) {
  const endings = [...texts.endings.split(","), ".zip"];
  if (!endings.includes(endingOf(file.name))) {
    const words = exportWords(endingOf(file.name), texts) || texts.wrongEnding;
    return filled(words, { name: file.name.slice(-60) });
  }
  if (file.size === 0) return filled(texts.empty, { name: file.name.slice(-60) });
  const limit = Number(texts.maxBytes);
  if (limit && file.size > limit) {
    return filled(texts.tooLarge, { size: sizeText(file.size) });
  }
  return "";
}
