// The chosen models: one card of fields each. The first card is the page's own; the others are
// copies of it, whose fields are named color-2, quantity-2 … as the server reads them.
import { endingOf, fileProblem, filled } from "./file_check.js";
import { contentProblem } from "./file_type.js";
import { goesInto } from "./guesses.js";
import { modelsIn } from "./models_zip.js";
import { Preview } from "./preview.js";
import { showProblem } from "./validation.js";
import { sizeText } from "./numbers.js";

export class ModelCards {
  // measured: told when a model's facts are there, or a model is gone.
  constructor(form, input, said, measured) {
    this.form = form;
    this.input = input;
    this.said = said;
    this.measured = measured;
    this.lab = JSON.parse(form.dataset.lab);
    this.list = form.querySelector("[data-model-list]");
    this.rules = JSON.parse(input.dataset.checks);
    this.files = [];
    this.previews = [];
    this.taking = Promise.resolve();
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove]");
      if (button) this.remove(this.cards.indexOf(button.closest("[data-model]")));
    });
  }

  get cards() {
    return [...this.list.querySelectorAll("[data-model]")];
  }

  get facts() {
    return this.previews.map((preview) => preview.facts).filter(Boolean);
  }

  // -- choosing ----------------------------------------------------------------------------------

  // What the input holds now comes on top of what was chosen before: the same file again, too, perhaps for
  // another color. Gives what was wrong, and the names of what was left out, once all are looked at.
  take(chosen) {
    this.taking = this.taking.then(() => this.takeNow(chosen));
    return this.taking;
  }

  async takeNow(chosen) {
    const problems = [];
    const leftOut = [];
    for (const file of chosen) {
      const found = await this.modelsOf(file);
      leftOut.push(...found.leftOut);
      if (found.problem) problems.push(found.problem);
      for (const model of found.files) {
        const problem = await this.problemOf(model);
        if (problem) problems.push(problem);
        else this.add(model);
      }
    }
    this.keep();
    return { problem: problems.join(" "), leftOut };
  }

  // Files that were looked at before.
  takeAgain(files) {
    for (const file of files) this.add(file);
    this.keep();
  }

  // The file itself; of a ZIP, the models in it.
  async modelsOf(file) {
    const itself = { files: [file], leftOut: [], problem: "" };
    const texts = this.input.dataset;
    if (endingOf(file.name) !== ".zip" || fileProblem(file, texts)) return itself;
    const found = await modelsIn(file, texts.endings.split(","), texts, this.rules);
    if (!found) return itself;
    return { ...found, problem: found.problem && this.named(file, found.problem) };
  }

  named({ name }, problem) {
    return filled(this.form.dataset.textOfModel, { name: name.slice(-60), problem });
  }

  async problemOf(file) {
    const texts = this.input.dataset;
    const alone = fileProblem(file, texts);
    if (alone) return alone;
    const content = await contentProblem(file, this.rules);
    if (content) return this.named(file, content);
    if (this.files.length >= Number(texts.maxFiles)) {
      return filled(texts.tooMany, { count: texts.maxFiles });
    }
    const size = this.files.reduce((sum, one) => sum + one.size, file.size);
    if (size <= Number(texts.maxBytes)) return "";
    return filled(texts.tooLargeTogether, { size: sizeText(size) });
  }

  add(file) {
    if (this.files.length) this.list.append(this.copyOfLast());
    this.files.push(file);
    const card = this.cards[this.files.length - 1];
    for (const name of card.querySelectorAll("[data-model-name]")) name.textContent = file.name;
    card.querySelector("[data-model-size]").textContent = sizeText(file.size);
    card.querySelector("[data-model-head]").hidden = false;
    card.setAttribute("aria-label", file.name);
    const options = {
      lab: this.lab,
      worker: this.form.dataset.worker,
      changed: () => {
        this.markPrinters();
        this.measured();
      },
      scale: (scaling) => this.scale(card, scaling),
    };
    const preview = new Preview(card.querySelector("[data-preview]"), file, options);
    this.previews.push(preview);
    this.said.textContent = filled(this.input.dataset.added, { name: file.name });
    this.follow();
  }

  // How the model's numbers were meant; the whole form follows.
  scale(card, scaling) {
    card.querySelector("[data-read-as]").value = scaling;
    this.markPrinters();
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  copyOfLast() {
    const last = this.cards[this.cards.length - 1];
    const copy = last.cloneNode(true);
    rename(copy, this.files.length + 1);
    // Cloning copies what stood in the page at first, not what was chosen since.
    copy.querySelector("[type=number]").value = last.querySelector("[type=number]").value;
    copy.querySelector("textarea").value = "";
    copy.querySelector("select").value = "";
    copy.querySelector("[data-read-as]").value = "";
    for (const error of copy.querySelectorAll("[data-error]")) error.textContent = "";
    return copy;
  }

  remove(place) {
    const [file] = this.files.splice(place, 1);
    const [preview] = this.previews.splice(place, 1);
    preview.close();
    const card = this.cards[place];
    if (this.files.length) card.remove();
    else this.empty(card);
    this.cards.forEach((one, index) => rename(one, index + 1));
    this.keep();
    this.said.textContent = filled(this.input.dataset.removed, { name: file.name });
    this.input.focus();
    this.markPrinters();
    this.measured();
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  empty(card) {
    card.querySelector("[data-model-head]").hidden = true;
    for (const part of ["preview", "warning", "advice"]) card.querySelector(`[data-${part}]`).hidden = true;
    card.querySelector("[data-own-color]").hidden = true;
    card.querySelector("[data-read-as]").value = "";
    card.querySelector("select").value = "";
  }

  // The input itself holds what is sent, in the order of the cards.
  keep() {
    const held = new DataTransfer();
    for (const file of this.files) held.items.add(file);
    this.input.files = held.files;
  }

  close() {
    for (const preview of this.previews) preview.close();
  }

  // -- following the form ------------------------------------------------------------------------

  follow() {
    const value = (name) =>
      this.form.querySelector(`[name="${name}"]:checked:not(:disabled)`)?.value || "";
    const method = value("print_method");
    const shared = value("color");
    const printer = value("printer");
    const wish = this.wish();
    this.previews.forEach((preview, place) => {
      const card = this.cards[place];
      const own = card.querySelector("[data-own-color]");
      const ownName = own.querySelector("select").value;
      own.hidden = this.files.length < 2 && !ownName;
      const colorName = ownName || shared;
      const color = this.lab.methods[method]?.colors[colorName] || "";
      const copies = Math.max(1, Number(card.querySelector("[type=number]").value) || 1);
      showDot(own.querySelector("[data-own-dot]"), color);
      const scaling = card.querySelector("[data-read-as]").value;
      preview.choose({ method, printer, color, colorName, copies, wish, scaling });
    });
  }

  // What else the price may depend on; of the email address only its domain is asked about.
  wish() {
    const field = (name) => this.form.querySelector(`[name="${name}"]`);
    const typed = (name) => field(name)?.value.trim() || "";
    const found = {
      course: typed("class_number"),
      domain: typed("student_email").split("@")[1] || "",
      group: typed("group"),
      needed_by: typed("needed_by"),
      own_material: field("own_material")?.checked ? "yes" : "",
    };
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value));
  }

  // At each printer's card: whether all models fit, or the first that does not.
  markPrinters() {
    for (const place of this.form.querySelectorAll("[data-fit]")) {
      const printer = this.lab.printers.find((one) => one.name === place.dataset.fit);
      const known = this.previews.filter((preview) => preview.facts);
      const large = known.find((preview) => !goesInto(preview.facts, printer.volume));
      const texts = known.length ? known[0].texts : null;
      place.classList.toggle("choice-fit-not", Boolean(large));
      place.textContent = !texts
        ? ""
        : large
          ? filled(texts.textNoFit, { name: large.file.name })
          : texts.textFit;
    }
  }

  // -- the server's answers ----------------------------------------------------------------------

  // What the server found wrong with further models is shown at their cards.
  showMore(list) {
    if (!list) return;
    for (const item of list.querySelectorAll("[data-of]")) {
      const shown = this.form.querySelector(`[data-field="${CSS.escape(item.dataset.of)}"]`);
      if (shown) {
        showProblem(this.form, item.dataset.of, item.querySelector("span").textContent);
        item.remove();
      }
    }
  }
}

function showDot(dot, color) {
  dot.hidden = !color;
  dot.style.background = color;
}

// Every name and id of the card gets the model's number: quantity, quantity-2, quantity-3 … Its own
// color is color-1 at the first, for color itself is that of all models.
function rename(card, number) {
  const end = number === 1 ? "" : `-${number}`;
  const named = (text, mark) => text.replace(mark, "") + end;
  for (const field of card.querySelectorAll("[data-field]")) {
    field.dataset.field =
      "ownColor" in field.dataset ? `color-${number}` : named(field.dataset.field, /-\d+$/);
  }
  // Ids count apart, behind an m: those of the swatches hold numbers of their own.
  const idEnd = number === 1 ? "" : `_m${number}`;
  const renamed = (text) => text.replace(/\S+/g, (id) => id.replace(/_m\d+$/, "") + idEnd);
  for (const element of card.querySelectorAll("[id]")) element.id = renamed(element.id);
  for (const element of card.querySelectorAll("[for]")) {
    element.htmlFor = renamed(element.htmlFor);
  }
  for (const element of card.querySelectorAll("[aria-describedby]")) {
    element.setAttribute("aria-describedby", renamed(element.getAttribute("aria-describedby")));
  }
  for (const input of card.querySelectorAll("input, textarea")) {
    input.name = named(input.name, /-\d+$/);
  }
  card.querySelector("select").name = `color-${number}`;
}
