// One model's preview: a worker reads and draws it, this tells the page what it found.
import { endingOf, filled } from "./file_check.js";
import { fits, inches, lengths, priceRange, priceText, printersOf, unitProblem } from "./guesses.js";

const TURN_PER_KEY = Math.PI / 12;
const TURN_PER_PIXEL = Math.PI / 300;
const KEYS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Preview {
  // place: the [data-preview] element; lab: what the form knows of the lab.
  constructor(place, file, { lab, worker, changed }) {
    this.place = place;
    this.texts = place.dataset;
    this.file = file;
    this.lab = lab;
    this.changed = changed;
    this.facts = null;
    this.choice = { method: "", printer: "", color: "", copies: 1 };
    place.hidden = false;
    place.querySelector("[data-facts]").hidden = true;
    this.say(this.texts.textReading);
    this.worker = new Worker(worker);
    this.worker.addEventListener("message", ({ data }) => this.answered(data));
    this.worker.addEventListener("error", () => this.failed("broken"));
    this.open(this.freshCanvas());
  }

  // A canvas is handed to its worker for good, so every preview needs a new one.
  freshCanvas() {
    const old = this.place.querySelector("[data-canvas]");
    const canvas = old.cloneNode(false);
    old.replaceWith(canvas);
    canvas.setAttribute("aria-label", filled(this.texts.textCanvas, { name: this.file.name }));
    canvas.parentElement.classList.remove("viewer-empty");
    this.canvas = canvas;
    this.listen(canvas);
    return canvas;
  }

  open(canvas) {
    const box = canvas.getBoundingClientRect();
    const offscreen = canvas.transferControlToOffscreen ? canvas.transferControlToOffscreen() : null;
    const look = {
      color: this.choice.color || "#9aa3b2",
      width: Math.round(box.width),
      height: Math.round(box.height),
      ratio: window.devicePixelRatio,
      still: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    };
    this.worker.postMessage(
      { kind: "open", file: this.file, ending: endingOf(this.file.name), canvas: offscreen, look },
      offscreen ? [offscreen] : [],
    );
  }

  listen(canvas) {
    canvas.addEventListener("keydown", (event) => {
      const way = KEYS[event.key];
      if (!way) return;
      event.preventDefault();
      this.turn(way[0] * TURN_PER_KEY, way[1] * TURN_PER_KEY);
    });
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      this.turn(-event.movementX * TURN_PER_PIXEL, event.movementY * TURN_PER_PIXEL);
    });
    this.sizes = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      this.tell({ kind: "resize", width: Math.round(width), height: Math.round(height) });
    });
    this.sizes.observe(canvas);
    this.seen = new IntersectionObserver(([entry]) => {
      this.tell({ kind: "rest", resting: !entry.isIntersecting });
    });
    this.seen.observe(canvas);
  }

  turn(across, down) {
    this.tell({ kind: "turn", across, down });
  }

  tell(message) {
    this.worker.postMessage(message);
  }

  close() {
    this.worker.terminate();
    this.sizes.disconnect();
    this.seen.disconnect();
  }

  // choice: {method, printer, color (hex), copies}
  choose(choice) {
    if (choice.color && choice.color !== this.choice.color) {
      this.tell({ kind: "color", color: choice.color });
    }
    this.choice = choice;
    if (this.facts) this.show();
  }

  answered(data) {
    if (data.kind === "failed") this.failed(data.why);
    else if (data.kind === "undrawn") this.noPicture(this.texts.textNoPicture);
    else if (data.kind === "drawn") this.say("");
    else if (data.kind === "facts") {
      this.facts = data.facts;
      this.say("");
      this.show();
      this.announce();
      this.changed();
    }
  }

  failed(why) {
    const { textEmpty, textBroken, textFailed } = this.texts;
    this.noPicture({ empty: textEmpty, broken: textBroken }[why] || textFailed);
  }

  noPicture(words) {
    this.canvas.parentElement.classList.add("viewer-empty");
    this.say(words);
  }

  say(words) {
    this.place.querySelector("[data-viewer-state]").textContent = words;
  }

  set(name, words) {
    this.place.querySelector(`[data-fact=${name}]`).textContent = words;
  }

  // -- words -------------------------------------------------------------------------------------

  show() {
    const { size, triangles, closed } = this.facts;
    this.place.querySelector("[data-facts]").hidden = false;
    this.set("size", this.sizeText());
    this.set("triangles", triangles.toLocaleString(document.documentElement.lang));
    this.set("surface", closed ? this.texts.textClosed : this.texts.textOpen);
    this.set("fits", this.fitText());
    this.set("price", this.price());
    this.warn(unitProblem(size, printersOf(this.lab, this.choice.method)));
  }

  sizeText() {
    const { size } = this.facts;
    const digits = Math.max(...size) < 3 ? 3 : 1;
    return filled(this.texts.textSize, { mm: lengths(size, digits), inches: inches(size) });
  }

  fitText() {
    const all = printersOf(this.lab, this.choice.method);
    const others = all.filter((printer) => !fits(this.facts.size, printer.volume));
    const names = all.filter((printer) => !others.includes(printer));
    const listed = (list) => list.map((printer) => printer.name).join(", ");
    const { textFitsAll, textFitsSome, textFitsNone } = this.texts;
    const words = !others.length ? textFitsAll : names.length ? textFitsSome : textFitsNone;
    return filled(words, { names: listed(names), others: listed(others) });
  }

  price() {
    const { method, printer, copies } = this.choice;
    if (!method) return this.texts.textChoose;
    if (!this.facts.closed) return this.texts.textNoPrice;
    const { volume } = this.facts;
    const range = priceRange(this.lab, { method, printer, volume, copies });
    if (!range) return this.texts.textNoPrice;
    const words = priceText(range, this.lab, this.texts);
    return range.hours ? `${words}, ${this.texts.textHours}` : words;
  }

  warn(problem) {
    const notice = this.place.querySelector("[data-warning]");
    notice.hidden = !problem;
    if (!problem) return;
    const guesses = problem.guesses.map(({ text, size }) =>
      filled(this.texts[text], { size: lengths(size) }),
    );
    const longest = problem.longest.toFixed(problem.longest < 3 ? 2 : 0);
    notice.querySelector("[data-warning-text]").textContent = filled(this.texts[problem.text], {
      longest,
      guesses: guesses.join(" "),
    });
  }

  announce() {
    const words = { name: this.file.name, size: this.sizeText(), fit: this.fitText() };
    const warning = this.place.querySelector("[data-warning-text]").textContent;
    const said = `${filled(this.texts.textDone, words)} ${warning}`;
    this.place.querySelector("[data-said]").textContent = said;
  }
}
