// What slicers write between the moves: layers, types, widths, times, and which object is printed.
import { kindOf } from "./kinds.js";
import { secondsOf } from "./timing.js";

const LONGEST = 160;
const MOST_OBJECTS = 1000;
// The letters that the comments below begin with; pictures are long and begin with any.
const FIRST = new Set([..."TFfLlCWMHZRPpBsemo"].map((one) => one.charCodeAt(0)));
// Simplify3D before version 4 names the type alone.
const ALONE = /^(outer perimeter|inner perimeter|solid layer|infill|skirt|support|dense support|bridge|gap fill|raft|prime pillar)$/;

const RULES = [
  [/^(?:TYPE:|FEATURE: ?|feature )\s*(.+)/, (to, [, name]) => to.type(kindOf(name))],
  [/^(?:LAYER_CHANGE\s*$|CHANGE_LAYER\s*$|LAYER:\s*-?\d|layer \d+, ?Z)/, (to) => to.layerBegins()],
  [/^(?:WIDTH:|LINE_WIDTH:)\s*([\d.]+)/, (to, [, width]) => (to.width = sane(width) || to.width)],
  [/^(?:HEIGHT:|LAYER_HEIGHT:)\s*([\d.]+)/, (to, [, height]) => (to.height = sane(height))],
  [/^(?:TIME_ELAPSED|PRINTING_TIME):\s*([\d.]+)/, (to, [, seconds]) => to.timing.sinceStart(+seconds)],
  [/^(?:TIME:|Print Time:|Build [Tt]ime:)\s*(\S.*)/, (to, [, text]) => stated(to, text)],
  [/total estimated time: ?([^;]+)/, (to, [, text]) => stated(to, text)],
  [/^estimated printing time \(normal mode\) = (.+)/, (to, [, text]) => stated(to, text)],
  [/^(?:start )?printing object,? (.+)/, (to, [, name]) => to.comments.object(name)],
  [/^MESH:(.+)/, (to, [, name]) => name.trim() !== "NONMESH" && to.comments.object(name)],
  [ALONE, (to, [, name]) => to.type(kindOf(name))],
];

export class Comments {
  constructor(parser) {
    this.parser = parser;
    this.objects = new Set();
  }

  // Of b, from behind the semicolon to the line's end.
  read(b, from, end) {
    let at = from;
    while (at < end && b[at] <= 32) at += 1;
    if (at >= end || !FIRST.has(b[at])) return;
    const text = textOf(b, at, end);
    for (const [words, then] of RULES) {
      const found = words.exec(text);
      if (found) {
        then(this.parser, found);
        return;
      }
    }
  }

  // Klipper's own commands.
  command(b, at, end) {
    const found = /^EXCLUDE_OBJECT_START\s+NAME=(\S+)/.exec(textOf(b, at, end));
    if (found) this.object(found[1]);
  }

  object(name) {
    if (this.objects.size < MOST_OBJECTS) this.objects.add(name.trim());
  }
}

function textOf(b, from, end) {
  let text = "";
  const until = Math.min(end, from + LONGEST);
  for (let at = from; at < until; at += 1) text += String.fromCharCode(b[at]);
  return text.trimEnd();
}

function sane(text) {
  const value = Number.parseFloat(text);
  return value > 0 && value < 5 ? value : 0;
}

function stated(parser, text) {
  const seconds = secondsOf(text);
  if (seconds > 0 && seconds < 1e7) parser.timing.stated = seconds;
}
