// One model's preview in its card: the picture, and what is told of the model before it is sent.
import { mountViewer, viewerTexts } from "../preview/mount_viewer.js";
import { adviceText } from "./advice_words.js";
import { askedPrice } from "./asked_price.js";
import { endingOf, filled } from "./file_check.js";
import { goesInto, inches, lengths, printersOf, unitProblem } from "./guesses.js";
import { fixed, listed as commas, significant, grouped } from "./numbers.js";

export class Preview {
  // place: the [data-preview] element; lab: what the form knows of the lab; worker: the address of
  // the viewer's; changed: told when the facts are there; scale: told which scaling is wanted ("" = none).
  constructor(place, file, { lab, worker, changed, scale }) {
    this.place = place;
    this.card = place.closest("[data-model]"); // what warns is below its fields
    this.texts = place.dataset;
    this.file = file;
    this.lab = lab;
    this.worker = worker;
    this.changed = changed;
    this.scale = scale;
    this.choice = { method: "", printer: "", color: "", colorName: "", copies: 1, wish: {}, scaling: "" };
    this.ask = askedPrice(this.texts.priceAddress, (answer) => {
      this.set("price", answer?.text || this.texts.textNoPrice);
    });
    place.hidden = false;
    this.open();
  }

  // Read the model: at first, and in another size.
  open() {
    const { place, file } = this;
    const { factor = 1 } = this.lab.scalings[this.choice.scaling] || {};
    this.facts = null;
    this.ask(null);
    place.querySelector("[data-facts]").hidden = true;
    this.warn(null);
    this.tellAdvice([]);
    this.viewer = mountViewer(place.querySelector("[data-viewer]"), {
      worker: this.worker,
      file,
      format: endingOf(file.name),
      scale: factor,
      label: filled(this.texts.textCanvas, { name: file.name }),
      texts: viewerTexts(this.texts),
      found: (facts) => this.found(facts),
      advised: (answer) => this.advised(answer),
    });
  }

  close() {
    this.viewer.close();
  }

  // choice: {method, printer, color (hex), colorName, copies, wish, scaling}; wish: what else the price goes
  // by; scaling: how the model's numbers were meant, "" for millimeters
  choose(choice) {
    const other = choice.method !== this.choice.method;
    const rescaled = choice.scaling !== this.choice.scaling;
    this.choice = choice;
    if (rescaled) {
      this.viewer.close();
      this.open();
    }
    this.viewer.recolor(choice.color);
    if (this.facts) this.show();
    if (this.facts && other) this.askAdvice();
  }

  found(facts) {
    this.facts = facts;
    this.show();
    this.askAdvice();
    this.announce();
    this.changed();
  }

  set(name, words) {
    this.place.querySelector(`[data-fact=${name}]`).textContent = words;
  }

  // -- words -------------------------------------------------------------------------------------

  show() {
    const { size, triangles, closed } = this.facts;
    this.place.querySelector("[data-facts]").hidden = false;
    this.set("size", this.sizeText());
    this.set("inches", filled(this.texts.textInInches, { inches: inches(size) }));
    const count = grouped(triangles);
    this.set("triangles", filled(this.texts.textTriangles, { count }));
    this.set("surface", closed ? this.texts.textClosed : this.texts.textOpen);
    this.set("fits", this.fitText());
    this.showColors();
    this.showPrice();
    this.showUnit(size);
  }

  sizeText() {
    const { size } = this.facts;
    const digits = Math.max(...size) < 3 ? 3 : 1;
    return filled(this.texts.textSize, { mm: lengths(size, digits) });
  }

  // More than one: a single one is often only what the program shows everything in.
  showColors() {
    const { colors } = this.facts;
    this.place.querySelector("[data-colors]").hidden = colors.length < 2;
    this.set("colors", filled(this.texts.textColors, { count: colors.length }));
    const dots = colors.map((color) => {
      const dot = document.createElement("span");
      dot.className = "dot dot-small";
      dot.style.background = color;
      return dot;
    });
    this.place.querySelector("[data-color-dots]").replaceChildren(...dots);
  }

  fitText() {
    const all = printersOf(this.lab, this.choice.method);
    const others = all.filter((printer) => !goesInto(this.facts, printer.volume));
    const names = all.filter((printer) => !others.includes(printer));
    const listed = (list) => commas(list.map((printer) => printer.name));
    if (!all.length) return this.texts.textUnsure;
    const { textFitsAll, textFitsSome, textFitsNone } = this.texts;
    const words = !others.length ? textFitsAll : names.length ? textFitsSome : textFitsNone;
    return filled(words, { names: listed(names), others: listed(others) });
  }

  showPrice() {
    const { method, printer, colorName, copies, wish } = this.choice;
    const { closed, volume } = this.facts;
    const { textChoose, textNoPrice, textTooLarge } = this.texts;
    const fitting = printersOf(this.lab, method).some(({ volume: room }) => goesInto(this.facts, room));
    const known = !method ? textChoose : !closed ? textNoPrice : fitting ? "" : textTooLarge;
    if (known) {
      this.ask(null); // what was asked before isn't to come on top
      this.set("price", known);
    } else {
      const model = { method, printer, copies, color: colorName, volume: volume.toFixed(3) };
      this.ask({ ...model, ...wish });
    }
  }

  showUnit(size) {
    const { scaling, method } = this.choice;
    if (scaling) {
      const words = filled(this.texts.textScaled, { scaling: this.lab.scalings[scaling].words });
      this.notice(words, [["", this.texts.textUnscaled]], false);
      return;
    }
    const saysItsUnit = endingOf(this.file.name) === ".3mf";
    this.warn(unitProblem(size, printersOf(this.lab, method), this.factors, saysItsUnit));
  }

  get factors() {
    const known = Object.entries(this.lab.scalings);
    return Object.fromEntries(known.map(([name, { factor }]) => [name, factor]));
  }

  warn(problem) {
    if (!problem) {
      this.notice("", [], false);
      return;
    }
    const guesses = problem.guesses.map(({ text, size }) =>
      filled(this.texts[text], { size: lengths(size) }),
    );
    const { longest: side } = problem;
    const longest = side < 0.01 ? significant(side, 2) : fixed(side, side < 3 ? 2 : 0);
    const words = filled(this.texts[problem.text], { longest, guesses: guesses.join(" ") });
    const scalable = this.lab.scalable.includes(endingOf(this.file.name));
    const offered = scalable ? problem.guesses : [];
    this.notice(words, offered.map(({ scaling }) => [scaling, this.lab.scalings[scaling].choice]), !problem.soft);
  }

  // choices: [scaling, what its button says].
  notice(words, choices, warns) {
    const notice = this.card.querySelector("[data-warning]");
    notice.hidden = !words;
    notice.classList.toggle("notice-warn", warns);
    notice.querySelector("[data-warning-text]").textContent = words;
    const place = notice.querySelector("[data-scalings]");
    const offered = choices.map(([, label]) => label).join();
    if (!place.hidden && place.dataset.offered === offered) return; // nobody's click is to miss its button
    place.dataset.offered = offered;
    const buttons = choices.map(([scaling, label]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small";
      button.dataset.scaling = scaling;
      button.textContent = label;
      button.addEventListener("click", () => this.scale(scaling));
      return button;
    });
    const focused = place.contains(document.activeElement);
    place.replaceChildren(...buttons);
    place.hidden = !buttons.length;
    if (focused || this.refocus) buttons[0]?.focus();
    this.refocus = focused && !buttons.length;
  }

  // -- how well it prints --------------------------------------------------------------------------

  askAdvice() {
    const { method } = this.choice;
    const { advice } = this.lab.methods[method] || {};
    if (!advice) this.tellAdvice([]);
    else this.viewer.advise({ limits: advice.limits, figures: advice.figures, asked: method });
  }

  advised({ advice, asked }) {
    if (asked !== this.choice.method) return; // another method was chosen since
    const { words } = this.lab.methods[asked].advice;
    this.tellAdvice(advice ? advice.map((one) => adviceText(one, words)) : [this.texts.textLater]);
  }

  // Advice never keeps anybody from sending.
  tellAdvice(sentences) {
    const notice = this.card.querySelector("[data-advice]");
    const items = sentences.map((words) => {
      const item = document.createElement("li");
      item.textContent = words;
      return item;
    });
    notice.querySelector("ul").replaceChildren(...items);
    notice.hidden = !items.length;
  }

  announce() {
    const words = { name: this.file.name, size: this.sizeText(), fit: this.fitText() };
    const warning = this.card.querySelector("[data-warning-text]").textContent;
    const said = `${filled(this.texts.textDone, words)} ${warning}`;
    this.place.querySelector("[data-said]").textContent = said;
  }
}
