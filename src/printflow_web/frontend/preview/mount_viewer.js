// The 3D viewer: a turning picture of one model, for any page that has a place for it.
//
//   const viewer = mountViewer(element, { worker, file, format: ".stl", color: "#d32f2f", label, texts });
//   viewer.recolor("#1976d2"); viewer.close();
//
// element   an empty element of the class "viewer"; the viewer fills it
// worker    address of preview_worker.js: asset('preview_worker.js')
// file      a File or Blob; or
// url       where the model can be loaded from (this site only)
// format    ".stl", ".obj" or ".3mf"; of others the viewer says that it does not know them
// color     CSS color of the model; without one it shows the colors of its file
// up        "y" for a model that was stood up
// scale     what coordinates in the file are multiplied by
// laid      false for one that is not to be laid on its flat side, whatever it looks like
// label     what the picture shows, for people who do not see it
// texts     {reading, failed, broken, empty, foreign, noPicture, pause, turn, whole, pinned, ownColors,
//           oneColor, laid, asFiled, lay}: what the viewer says
// turning   false for one that is to stand at first
// found     (facts) => …: once the model is read. facts: {triangles, size: [x, y, z] (of the largest
//           plate), sizes (of each), low and extent (of all), volume, closed, colors}, in the file's
//           unit (3MF: mm) and that unit cubed
// drawn     () => …: once the picture is there
// failed    (why) => …: "empty" | "broken" | "foreign" | "memory" | "unreachable" | "stopped"
// advised   ({advice, asked}) => …: what viewer.advise({limits, figures, asked}) asked for (advice.js);
//           to be asked once the facts are there
// moved     (side) => …: each time that it turned, or was turned
// picked    (number) => …: a pin was clicked, or with null the button that shows the whole model
//
// viewer.pin([{ at: [x, y, z], label }]) marks places, in the file's own coordinates; viewer.go(number)
// turns to one of them, viewer.go(null) back to the whole model.
//
// Reading and drawing happen in a worker, so that the page stays quick; three.js is loaded there, and
// only once a viewer is mounted. Without WebGL or OffscreenCanvas the facts still come.
import { LabelLayer } from "./label_layer.js";
import { PinLayer } from "./pin_layer.js";
import { ViewerChoices } from "./viewer_choices.js";

const TURN_PER_KEY = Math.PI / 12;
const TURN_PER_PIXEL = Math.PI / 300;
const KEYS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const UNPAINTED = "#9aa3b2";

export function mountViewer(element, options) {
  return new Viewer(element, options);
}

// The viewer's texts, from the data attributes that the macro viewer_texts writes.
export function viewerTexts(dataset) {
  return {
    reading: dataset.textReading,
    failed: dataset.textFailed,
    broken: dataset.textBroken,
    empty: dataset.textEmpty,
    foreign: dataset.textForeign,
    noPicture: dataset.textNoPicture,
    pause: dataset.textPause,
    turn: dataset.textTurn,
    whole: dataset.textWhole,
    pinned: dataset.textPinned,
    ownColors: dataset.textOwnColors,
    oneColor: dataset.textOneColor,
    laid: dataset.textLaid,
    asFiled: dataset.textAsFiled,
    lay: dataset.textLay,
  };
}

class Viewer {
  constructor(element, options) {
    this.element = element;
    this.options = options;
    this.color = options.color || "";
    this.own = !this.color;
    this.turning = false;
    this.drawn = false;
    this.build();
    this.say(this.texts.reading);
    this.worker = new Worker(options.worker);
    this.worker.addEventListener("message", ({ data }) => this.answered(data));
    this.worker.addEventListener("error", () => this.fail("stopped"));
    this.open();
    this.listen();
  }

  get texts() {
    return this.options.texts;
  }

  // In a color that was chosen; with none, in the file's own.
  recolor(color) {
    if (!color || color === this.color) return;
    this.color = color;
    this.paint(false);
  }

  paint(own) {
    this.own = own;
    this.choices.showColors(Boolean(this.color), own);
    this.tell({ kind: "color", ...this.paints });
  }

  get paints() {
    return { color: this.color || UNPAINTED, own: this.own };
  }

  // -- places ------------------------------------------------------------------------------------

  pin(places) {
    this.pins.set(places);
    this.tell({ kind: "pins", places: places.map(({ at }) => [...at]) });
  }

  go(number) {
    if (this.turning) this.spin(false);
    this.pins.mark(number);
    this.tell({ kind: "go", number, still: this.motion.matches });
  }

  advise(question) {
    this.tell({ kind: "advise", ...question });
  }

  // -- beside another ----------------------------------------------------------------------------

  follow(view) {
    if (this.turning && view.side) this.spin(false);
    this.tell({ kind: "follow", ...view });
  }

  close() {
    this.worker.terminate();
    this.sizes.disconnect();
    this.seen.disconnect();
    this.motion.removeEventListener("change", this.calm);
    this.element.replaceChildren();
  }

  // -- the element -------------------------------------------------------------------------------

  build() {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "viewer-canvas";
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.options.label);
    this.state = document.createElement("p");
    this.state.className = "viewer-state hint";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "viewer-button";
    this.button.hidden = true;
    this.button.addEventListener("click", () => this.spin(!this.turning));
    this.pins = new PinLayer(this.texts, (number) => {
      this.go(number);
      if (this.options.picked) this.options.picked(number);
    });
    this.labels = new LabelLayer();
    this.choices = new ViewerChoices(this.texts, {
      painted: (own) => this.paint(own),
      laid: (laid) => this.tell({ kind: "lay", laid }),
    });
    const frame = document.createElement("div");
    frame.className = "viewer-frame";
    frame.append(this.canvas, this.labels.element, this.pins.element, this.state, this.button);
    this.element.classList.remove("viewer-empty");
    this.element.replaceChildren(frame, this.choices.element);
  }

  say(words) {
    this.state.textContent = words;
  }

  // What moves automatically can be stopped (WCAG 2.2.2).
  spin(turning) {
    this.turning = turning;
    this.tell({ kind: "spin", turning });
    this.showButton();
  }

  showButton() {
    const words = this.turning ? this.texts.pause : this.texts.turn;
    this.button.classList.toggle("viewer-paused", !this.turning);
    this.button.setAttribute("aria-label", words);
    this.button.title = words;
    this.button.hidden = false;
  }

  // -- the worker --------------------------------------------------------------------------------

  tell(message) {
    this.worker.postMessage(message);
  }

  open() {
    const { canvas } = this;
    const { file, url, format, up, scale, laid } = this.options;
    const box = canvas.getBoundingClientRect();
    const offscreen = canvas.transferControlToOffscreen ? canvas.transferControlToOffscreen() : null;
    this.motion = window.matchMedia("(prefers-reduced-motion: reduce)");
    const look = {
      ...this.paints,
      laid,
      width: Math.round(box.width),
      height: Math.round(box.height),
      ratio: window.devicePixelRatio,
      turning: !this.motion.matches && this.options.turning !== false,
    };
    const model = { file, url: url && new URL(url, document.baseURI).href, format, up, scale };
    const message = { kind: "open", model, canvas: offscreen, look };
    this.worker.postMessage(message, offscreen ? [offscreen] : []);
  }

  answered(data) {
    if (data.kind === "failed") this.fail(data.why);
    else if (data.kind === "facts") {
      this.choices.hasColors = data.facts.colors.length > 0;
      if (this.options.found) this.options.found(data.facts);
    } else if (data.kind === "undrawn") this.empty(this.texts.noPicture);
    else if (data.kind === "advice") this.options.advised(data);
    else if (data.kind === "pinned") this.pins.place(data.places);
    else if (data.kind === "labelled") this.labels.place(data.places);
    else if (data.kind === "moved") {
      if (this.options.moved) this.options.moved(data.side);
    } else if (data.kind === "drawn") {
      this.say("");
      this.turning = data.turning;
      this.showButton();
      this.drawn = true;
      this.labels.set(data.labels);
      this.choices.showColors(Boolean(this.color), this.own);
      this.choices.showLaid(data.laid);
      if (this.options.drawn) this.options.drawn();
    }
  }

  fail(why) {
    const { empty, broken, foreign, failed } = this.texts;
    this.empty({ empty, broken, foreign }[why] || failed);
    if (this.options.failed) this.options.failed(why);
  }

  empty(words) {
    this.element.classList.add("viewer-empty");
    this.canvas.removeAttribute("tabindex");
    this.button.hidden = true;
    this.pins.set([]);
    this.labels.set([]);
    this.choices.element.hidden = true;
    this.say(words);
  }

  // -- people ------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.pins.marked !== null) this.pins.pick(null);
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
    const near = { rootMargin: "200px" }; // drawn a moment before it is seen
    this.seen = new IntersectionObserver(([entry]) => {
      this.tell({ kind: "rest", resting: !entry.isIntersecting });
    }, near);
    this.seen.observe(canvas);
    this.calm = () => this.motion.matches && this.turning && this.spin(false);
    this.motion.addEventListener("change", this.calm);
  }

  turn(across, down) {
    if (this.turning) this.spin(false); // who turns it by hand wants it to stay
    this.tell({ kind: "turn", across, down });
  }
}
