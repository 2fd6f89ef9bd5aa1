// The preview of a file of G-code; the macros of _gcode.html are its markup. Reading and drawing happen in
// gcode/worker.js, which is started once people ask for it.
import { KINDS } from "../gcode/kinds.js";
import { filled } from "./file_check.js";
import { fixed, sizeText, grouped, withUnit } from "./numbers.js";

const TURN_PER_KEY = Math.PI / 12;
const TURN_PER_PIXEL = Math.PI / 400;
const MOVE_PER_KEY = 0.1;
const KEYS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const NEARER = { "+": 0.8, "=": 0.8, "-": 1.25 };
const MB = 1_000_000;

export function gcodePreview() {
  return {
    shown: false,

    show() {
      this.shown = true;
      this.$nextTick(() => {
        new GcodeView(this.$root, this.$refs.place).start();
      });
    },
  };
}

class GcodeView {
  constructor(root, place) {
    this.texts = root.dataset;
    this.place = place;
    this.part = (name) => place.querySelector(`[data-${name}]`);
    this.canvas = place.querySelector("canvas");
    this.print = null;
  }

  start() {
    for (const { name, color } of KINDS) {
      this.part(`kind="${name}"`).querySelector(".gcode-color").style.backgroundColor = color;
    }
    this.worker = new Worker(this.texts.worker);
    this.worker.addEventListener("message", ({ data }) => this.heard[data.kind].call(this, data));
    this.worker.addEventListener("error", () => this.heard.failed.call(this, { why: "broken" }));
    this.listen();
    this.open({ canvas: this.canvas.transferControlToOffscreen?.() });
    this.canvas.focus();
  }

  open({ plate = 0, anyway = false, canvas = null }) {
    this.say(this.texts.textReading);
    const { width, height } = this.canvas.getBoundingClientRect();
    const look = {
      width: Math.round(width),
      height: Math.round(height),
      ratio: window.devicePixelRatio,
      shown: this.kindsShown(),
    };
    const url = new URL(this.texts.url, document.baseURI).href;
    this.plate = plate;
    this.worker.postMessage({ kind: "open", url, plate, anyway, canvas, look }, canvas ? [canvas] : []);
  }

  say(words) {
    this.part("state").textContent = words;
  }

  heard = {
    progress({ share }) {
      const percent = Math.round(share * 100);
      this.say(percent ? filled(this.texts.textProgress, { percent }) : this.texts.textReading);
    },
    large({ size, memory }) {
      const words = { size: sizeText(size), memory: withUnit(grouped(Math.ceil(memory / MB / 50) * 50), "MB") };
      this.say("");
      this.part("large-text").textContent = filled(this.texts.textLarge, words);
      this.part("large").hidden = false;
      this.part("anyway").focus();
    },
    print({ print }) {
      this.print = print;
      this.showPrint();
    },
    drawn({ whole }) {
      this.say("");
      this.part("simplified").hidden = whole;
      this.place.dataset.drawn = "";
    },
    undrawn() {
      this.noPicture(this.texts.textNoPicture);
    },
    failed({ why }) {
      const { textUnreachable: unreachable, textBroken: broken, textForeign: foreign } = this.texts;
      const { textUnsliced: unsliced, textEmpty: empty, textMemory: memory } = this.texts;
      this.noPicture({ unreachable, foreign, unsliced, empty, memory }[why] || broken);
    },
  };

  noPicture(words) {
    this.canvas.parentElement.classList.add("viewer-empty");
    this.canvas.removeAttribute("tabindex");
    this.say(words);
  }

  // -- what is known ------------------------------------------------------------------------------

  showPrint() {
    const { layers, kinds, time, plates, plate, bad } = this.print;
    const count = layers.zs.length;
    for (const name of ["to", "to-number", "from", "from-number"]) this.part(name).max = count;
    this.setLayers(1, count);
    KINDS.forEach(({ name }, number) => {
      this.part(`kind="${name}"`).hidden = !kinds[number];
    });
    const { textBySlicer: slicer, textByTotal: total, textBySpeeds: speeds } = this.texts;
    this.part("source").textContent = { slicer, total, speeds }[time.source];
    this.part("bad").hidden = !bad;
    this.part("bad").textContent = filled(this.texts.textBad, { count: bad });
    this.part("plates").hidden = plates.length < 2;
    this.part("plate").replaceChildren(
      ...plates.map((number) => new Option(filled(this.texts.textPlate, { number }), number, false, number === plate)),
    );
    this.part("ready").hidden = false;
    this.compare();
  }

  // The library has the rule; the figures are those of this file.
  async compare() {
    const { extent } = this.print;
    const place = this.part("outline");
    place.textContent = "";
    if (!extent) return;
    const [x, y, z] = extent.size.map((side) => side.toFixed(2));
    const answer = await fetch(`${this.texts.outlineUrl}?${new URLSearchParams({ x, y, z, parts: extent.parts })}`);
    if (!answer.ok) return;
    const { text, doubt } = await answer.json();
    place.className = doubt ? "notice notice-warn" : "small";
    place.textContent = text;
    if (doubt) place.setAttribute("role", "alert");
    else place.removeAttribute("role");
  }

  // -- layers ---------------------------------------------------------------------------------------

  // Counted from 1, as people do.
  setLayers(from, to) {
    const count = this.print.layers.zs.length;
    this.to = Math.min(Math.max(1, Math.round(to) || 1), count);
    this.from = this.part("only").checked ? this.to : Math.min(Math.max(1, Math.round(from) || 1), this.to);
    for (const [name, value] of [["to", this.to], ["from", this.from]]) {
      this.part(name).value = value;
      this.part(`${name}-number`).value = value;
    }
    const now = this.layerText();
    this.part("now").textContent = now;
    this.part("to").setAttribute("aria-valuetext", now);
    this.part("from").setAttribute("aria-valuetext", this.named(this.from));
    this.tell({ kind: "range", from: this.from - 1, to: this.to - 1 });
  }

  layerText() {
    const { layers, time } = this.print;
    const number = this.to;
    const count = layers.zs.length;
    const first = this.from;
    const which = first === 1 || first === number ? this.named(number) : filled(this.texts.textLayers, { first, number, count });
    const height = filled(this.texts.textHeight, { z: fixed(layers.zs[number - 1], 2) });
    const words = { time: this.timeText(layers.times[number - 1]), total: this.timeText(time.total) };
    return [which, height, filled(this.texts.textBegins, words)].join(" · ");
  }

  named(number) {
    return filled(this.texts.textLayer, { number, count: this.print.layers.zs.length });
  }

  timeText(seconds) {
    const all = Math.round(seconds / 60);
    const words = { hours: Math.floor(all / 60), minutes: all % 60 };
    return filled(words.hours ? this.texts.textHours : this.texts.textMinutes, words);
  }

  // -- people ---------------------------------------------------------------------------------------

  tell(message) {
    this.worker.postMessage(message);
  }

  kindsShown() {
    return KINDS.reduce((bits, { name }, number) => {
      return this.part(`kind="${name}"`).querySelector("input").checked ? bits | (1 << number) : bits;
    }, 0);
  }

  listen() {
    for (const name of ["to", "to-number"]) {
      const event = name === "to" ? "input" : "change";
      this.part(name).addEventListener(event, ({ target }) => this.setLayers(this.from, target.valueAsNumber));
    }
    for (const name of ["from", "from-number"]) {
      const event = name === "from" ? "input" : "change";
      this.part(name).addEventListener(event, ({ target }) => {
        this.setLayers(target.valueAsNumber, Math.max(this.to, target.valueAsNumber || 1));
      });
    }
    this.part("only").addEventListener("change", ({ target }) => {
      for (const name of ["from", "from-number"]) this.part(name).disabled = target.checked;
      this.setLayers(1, this.to);
    });
    this.part("plate").addEventListener("change", ({ target }) => this.open({ plate: Number(target.value) }));
    this.part("anyway").addEventListener("click", () => {
      this.part("large").hidden = true;
      this.open({ plate: this.plate, anyway: true });
    });
    this.place.querySelector("fieldset").addEventListener("change", () => {
      this.tell({ kind: "kinds", shown: this.kindsShown() });
    });
    for (const button of this.place.querySelectorAll("[data-look]")) {
      button.addEventListener("click", () => this.tell({ kind: "look", from: button.dataset.look }));
    }
    for (const button of this.place.querySelectorAll("[data-near]")) {
      button.addEventListener("click", () => this.tell({ kind: "near", by: Number(button.dataset.near) }));
    }
    this.listenToCanvas();
  }

  listenToCanvas() {
    const { canvas } = this;
    canvas.addEventListener("keydown", (event) => {
      const way = KEYS[event.key];
      if (way || NEARER[event.key]) event.preventDefault();
      if (way && event.shiftKey) this.tell({ kind: "move", right: -way[0] * MOVE_PER_KEY, up: way[1] * MOVE_PER_KEY });
      else if (way) this.tell({ kind: "turn", across: way[0] * TURN_PER_KEY, down: way[1] * TURN_PER_KEY });
      else if (NEARER[event.key]) this.tell({ kind: "near", by: NEARER[event.key] });
    });
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      const { movementX: x, movementY: y } = event;
      const size = canvas.clientHeight || 1;
      if (event.shiftKey || event.buttons & 2) this.tell({ kind: "move", right: x / size, up: y / size });
      else this.tell({ kind: "turn", across: x * TURN_PER_PIXEL, down: y * TURN_PER_PIXEL });
    });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    // With Ctrl, or once the picture has the focus: a page that scrolls past keeps scrolling.
    const wheel = (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return;
      event.preventDefault();
      this.tell({ kind: "near", by: Math.exp(Math.sign(event.deltaY) * 0.12) });
    };
    canvas.addEventListener("wheel", wheel, { passive: false });
    new ResizeObserver(([{ contentRect: box }]) => {
      this.tell({ kind: "resize", width: Math.round(box.width), height: Math.round(box.height) });
    }).observe(canvas);
    new IntersectionObserver(([entry]) => {
      this.tell({ kind: "rest", resting: !entry.isIntersecting });
    }, { rootMargin: "200px" }).observe(canvas);
  }
}
