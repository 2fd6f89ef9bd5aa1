// The submission form: colors and printers follow the method, each chosen model gets a card with a
// preview, and the upload shows how far it is. Without scripts the same form posts as it stands.
import { canRemember, fillAboutYou, forgetAboutYou } from "./about_you.js";
import { fillDraft, keepDraft, keptDraft } from "./draft.js";
import { filled } from "./file_check.js";
import { onlyMethod, printerToTake } from "./not_to_choose.js";
import { ModelCards } from "./model_cards.js";
import { listed } from "./numbers.js";
import { sendingPart } from "./sending.js";
import { remembered } from "./upload_memory.js";
import { check, focusSummary, followSummary, recheck, showProblem } from "./validation.js";

// The form that came back with errors is told so when it has got its files again.
const KEPT = "files-kept";

// Kept apart from Alpine's data, whose proxies workers and files do not take.
const cardsOf = new WeakMap();

const CARD_FIELDS = "input, select, textarea";

function fieldsOf(card) {
  const fields = [...card.querySelectorAll(CARD_FIELDS)];
  return fields.map(({ checked, value }) => ({ checked, value }));
}

function fill(card, typed) {
  const fields = [...card.querySelectorAll(CARD_FIELDS)];
  if (!typed || typed.length !== fields.length) return; // the lab asks other things by now
  fields.forEach((field, place) => {
    field.value = typed[place].value;
  });
}

export function submitForm() {
  return {
    ...sendingPart(
      (form) => cardsOf.get(form).files,
      (form) => cardsOf.get(form).cards,
    ),
    count: 0,
    ownMethod: false, // chosen by hand: it is not chosen again for the student
    ownPrinter: false,
    canRemember: false,
    known: false, // something about the student was filled in from this browser
    forgotten: "",
    missing: [], // models of an earlier visit whose files are to be chosen again

    init() {
      const form = this.$el;
      form.noValidate = true;
      form.addEventListener("submit", (event) => this.send(event));
      form.addEventListener(KEPT, () => this.takeAgain());
      form.addEventListener("change", (event) => this.changed(event));
      // While typing, not on leaving a field: a page that moves under the pointer loses the click.
      form.addEventListener("input", (event) => this.typed(event));
      form.addEventListener("click", followSummary);
      // A browser tells of no change where the same file is chosen again, unless it has none.
      const { file } = this.$refs;
      for (const begun of ["click", "drop"]) {
        file.addEventListener(begun, () => {
          file.value = "";
        });
      }
      file.addEventListener("cancel", () => cardsOf.get(form).keep());
      this.$refs.drop.classList.add("drop-live");
      const measured = () => this.chooseWhatFollows();
      cardsOf.set(form, new ModelCards(form, this.$refs.file, this.$refs.said, measured));
      this.canRemember = canRemember();
      this.ownMethod = Boolean(form.querySelector("[name=print_method]:checked"));
      this.ownPrinter = Boolean(form.querySelector("[name=printer]:checked"));
      this.chooseWhatFollows();
      this.initSending();
      if (!this.restore()) this.known = fillAboutYou(form);
      this.takeFiles();
    },

    // -- what was typed before Back or Reload -----------------------------------------------------

    restore() {
      const draft = keptDraft();
      if (!draft) return false;
      fillDraft(this.$root, draft, () => this.followMethod());
      this.missing = draft.models.filter(({ name }) => name);
      const [card] = cardsOf.get(this.$root).cards;
      if (draft.models.length) fill(card, draft.models[0].fields);
      this.ownMethod = Boolean(this.chosen("print_method"));
      this.ownPrinter = Boolean(this.chosen("printer"));
      this.askForFiles();
      return true;
    },

    keep() {
      const { cards, files } = cardsOf.get(this.$root);
      const models = cards.map((card, place) => ({
        name: files[place] ? files[place].name : "",
        fields: fieldsOf(card),
      }));
      keepDraft(this.$root, this.missing.length && !files.length ? this.missing : models);
    },

    // A file that is chosen again gets back what was typed for it.
    fillFound() {
      const { cards, files } = cardsOf.get(this.$root);
      files.forEach((file, place) => {
        const found = this.missing.findIndex(({ name }) => name === file.name);
        if (found < 0) return;
        fill(cards[place], this.missing[found].fields);
        this.missing.splice(found, 1);
      });
      this.askForFiles();
    },

    askForFiles() {
      const { again } = this.$refs;
      again.hidden = this.missing.length === 0;
      const names = listed(this.missing.map(({ name }) => name));
      const begun = this.missing.some(({ name }) => remembered(name));
      again.textContent = filled(begun ? again.dataset.textBegun : again.dataset.text, { names });
    },

    changed(event) {
      if (event.target.name === "print_method") {
        this.ownMethod = true;
        this.ownPrinter = false;
        this.followMethod();
      }
      if (event.target.name === "printer") {
        this.ownPrinter = true;
      }
      if (event.target.name === "address_choice") this.takeAddress(event.target.value);
      if (event.target.type === "file") {
        this.takeFiles();
        return;
      }
      this.follow();
    },

    // What the cards hold, and what was chosen, has changed.
    follow() {
      const cards = cardsOf.get(this.$root);
      this.count = cards.files.length;
      this.$refs.drop.classList.toggle("drop-more", this.count > 0);
      cards.follow();
      this.uploadChosen();
      this.keep();
    },

    typed(event) {
      if (event.target.type === "file") return;
      if (event.target.name === "student_email") this.forgetChoice();
      recheck(this.$root, event.target);
      if (event.target.type === "number") cardsOf.get(this.$root).follow();
    },

    // The answer to "Did you mean …?": the server isn't to ask about this address again.
    takeAddress(address) {
      const { student_email: field, address_kept: kept } = this.$root.elements;
      field.value = address;
      kept.value = address;
      showProblem(this.$root, "student_email", "");
    },

    // What is typed by hand afterwards is neither of the two.
    forgetChoice() {
      for (const choice of this.$root.querySelectorAll("[name=address_choice]")) {
        choice.checked = false;
      }
    },

    forget() {
      forgetAboutYou(this.$root);
      this.known = false;
      this.forgotten = this.$refs.forgotten.dataset.text;
      this.$root.querySelector("[data-remembered] input:not([type=hidden]), [data-remembered] select").focus();
      this.keep();
    },

    // -- choices that follow the method ----------------------------------------------------------

    chosen(name) {
      return this.$root.querySelector(`[name="${name}"]:checked`)?.value || "";
    },

    // Called at the start, and whenever a model has been measured.
    chooseWhatFollows() {
      const cards = cardsOf.get(this.$root);
      if (!this.ownMethod) {
        const inputs = [...this.$root.querySelectorAll("[name=print_method]:not(:disabled)")];
        const names = inputs.map(({ value }) => value);
        const only = onlyMethod(names, this.openPrinters(), cards.facts);
        for (const input of inputs) if (input.value === only) input.checked = true;
      }
      this.followMethod();
      cards.follow();
    },

    openPrinters() {
      const paused = (name) =>
        this.$root.querySelector(`[name=printer][value="${CSS.escape(name)}"]`).dataset;
      const { printers } = cardsOf.get(this.$root).lab;
      return printers.filter(({ name }) => !("paused" in paused(name)));
    },

    followMethod() {
      const method = this.chosen("print_method");
      for (const part of this.$root.querySelectorAll("[data-methods]")) {
        const fits = JSON.parse(part.dataset.methods).includes(method);
        part.hidden = !fits;
        for (const input of part.querySelectorAll("input")) {
          input.disabled = !fits || "paused" in input.dataset;
          if (!fits) input.checked = false;
        }
        for (const select of part.querySelectorAll("select")) {
          select.disabled = !fits;
          select.required = fits;
          if (!fits) select.value = "";
        }
        if (part instanceof HTMLOptionElement) {
          part.disabled = !fits;
          if (!fits && part.selected) part.closest("select").value = "";
        }
      }
      for (const part of this.$root.querySelectorAll("[data-before-method]")) {
        part.hidden = method !== "";
      }
      for (const part of this.$root.querySelectorAll("[data-after-method]")) {
        part.hidden = method === "";
      }
      for (const title of this.$root.querySelectorAll("[data-group-title]")) title.hidden = true;
      this.takePrinter(method);
    },

    takePrinter(method) {
      const printers = this.openPrinters().filter(({ methods }) => methods.includes(method));
      const pick = printerToTake(printers, this.$root.querySelector("[data-any-printer]")?.value);
      if (!pick || (this.ownPrinter && this.chosen("printer"))) return;
      this.ownPrinter = false;
      const input = this.$root.querySelector(`[name=printer][value="${CSS.escape(pick)}"]`);
      input.checked = true;
      showProblem(this.$root, "printer", "");
    },

    // -- the files -------------------------------------------------------------------------------

    // Each gets its card once it was looked at.
    async takeFiles() {
      const cards = cardsOf.get(this.$root);
      const input = this.$refs.file;
      const chosen = [...input.files];
      cards.keep();
      if (!chosen.length) return;
      input.setCustomValidity(input.dataset.looking);
      const { problem, leftOut } = await cards.take(chosen);
      input.setCustomValidity("");
      showProblem(this.$root, "file", problem);
      const left = this.$refs.left;
      left.hidden = !leftOut.length;
      left.textContent = filled(left.dataset.text, { names: listed(leftOut) });
      this.haveTaken();
    },

    takeAgain() {
      cardsOf.get(this.$root).takeAgain([...this.$refs.file.files]);
      this.haveTaken();
    },

    haveTaken() {
      if (cardsOf.get(this.$root).files.length) this.followMethod();
      this.fillFound();
      this.follow();
    },

    dragOver() {
      this.$refs.drop.classList.add("drop-over");
    },

    dragEnd() {
      this.$refs.drop.classList.remove("drop-over");
    },

    // -- sending ---------------------------------------------------------------------------------

    send(event) {
      event.preventDefault();
      if (this.sending) return;
      cardsOf.get(this.$root).keep();
      if (!check(this.$root)) return;
      this.keep();
      this.begin();
    },

    // The server's form with its errors takes this one's place; the chosen files stay chosen, each
    // with what was typed for it.
    showAnswer(page) {
      const old = cardsOf.get(this.$root);
      const kept = old.files;
      const typed = old.cards.map((card) => fieldsOf(card));
      old.close();
      const main = document.querySelector("main");
      document.title = page.title;
      main.replaceChildren(...page.querySelector("main").childNodes);
      window.scrollTo(0, 0);
      setTimeout(() => {
        const form = main.querySelector("form[data-lab]");
        const input = main.querySelector("input[type=file]");
        const held = new DataTransfer();
        for (const file of kept) held.items.add(file);
        input.files = held.files;
        form.dispatchEvent(new Event(KEPT));
        const cards = cardsOf.get(form);
        cards.cards.forEach((card, place) => fill(card, typed[place]));
        cards.follow();
        cards.showMore(main.querySelector("[data-more-errors]"));
        focusSummary(main);
      });
    },
  };
}
