// The submission form: colors and printers follow the method, the file is looked at on choosing,
// and the upload shows how far it is. Without scripts the same form posts as it stands.
import { fileProblem, filled, sizeText } from "./file_check.js";
import { upload } from "./upload.js";
import { check, focusSummary, followSummary, recheck, showProblem } from "./validation.js";

export function submitForm() {
  return {
    sending: false,
    percentText: "",
    speedText: "",
    problem: "",
    fileName: "",
    fileSize: "",
    request: null,

    init() {
      const form = this.$el;
      form.noValidate = true;
      form.addEventListener("submit", (event) => this.send(event));
      form.addEventListener("change", (event) => this.changed(event));
      // While typing, not on leaving a field: a page that moves under the pointer loses the click.
      form.addEventListener("input", (event) => this.typed(event));
      form.addEventListener("click", followSummary);
      this.$refs.drop.classList.add("drop-live");
      this.followMethod();
      this.showFile();
      window.addEventListener("pageshow", (event) => event.persisted && this.stop());
    },

    changed(event) {
      if (event.target.name === "print_method") this.followMethod();
      if (event.target.type === "file") this.showFile();
    },

    typed(event) {
      if (event.target.type !== "file") recheck(this.$root, event.target);
    },

    // -- choices that follow the method ----------------------------------------------------------

    followMethod() {
      const chosen = this.$root.querySelector("[name=print_method]:checked");
      const method = chosen ? chosen.value : "";
      for (const part of this.$root.querySelectorAll("[data-methods]")) {
        const fits = JSON.parse(part.dataset.methods).includes(method);
        part.hidden = !fits;
        for (const input of part.querySelectorAll("input")) {
          input.disabled = !fits;
          if (!fits) input.checked = false;
        }
      }
      for (const part of this.$root.querySelectorAll("[data-before-method]")) {
        part.hidden = method !== "";
      }
      for (const part of this.$root.querySelectorAll("[data-after-method]")) {
        part.hidden = method === "";
      }
      for (const title of this.$root.querySelectorAll("[data-group-title]")) title.hidden = true;
      this.takeOnlyPrinter();
    },

    takeOnlyPrinter() {
      const left = this.$root.querySelectorAll("[name=printer]:not(:disabled)");
      if (left.length === 1) left[0].checked = true;
    },

    // -- the file --------------------------------------------------------------------------------

    showFile() {
      const input = this.$refs.file;
      const file = input.files[0];
      const message = file ? fileProblem(file, input.dataset) : "";
      this.fileName = file ? file.name : "";
      this.fileSize = file ? sizeText(file.size) : "";
      input.setCustomValidity(message);
      if (file || message) showProblem(this.$root, "file", message);
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
      if (this.sending || !check(this.$root)) return;
      this.problem = "";
      this.sending = true;
      this.percentText = "";
      this.speedText = "";
      this.$refs.fields.inert = true;
      this.$nextTick(() => this.$refs.progressPanel.focus());
      this.request = upload(this.$root, {
        progress: (state) => this.progress(state),
        answered: (status, address, text) => this.answered(status, address, text),
        failed: (aborted) => this.failed(aborted),
      });
    },

    progress({ sent, total, perSecond }) {
      const bar = this.$refs.bar;
      const texts = this.$root.dataset;
      if (!total) return;
      const percent = Math.floor((sent / total) * 100);
      if (percent >= 100) {
        bar.removeAttribute("value");
        this.percentText = texts.textChecking;
        this.speedText = "";
        return;
      }
      bar.value = percent;
      this.percentText = filled(texts.textPercent, { percent });
      this.speedText = filled(texts.textSpeed, {
        sent: sizeText(sent),
        total: sizeText(total),
        speed: sizeText(Math.round(perSecond)),
      });
    },

    answered(status, address, text) {
      const page = new DOMParser().parseFromString(text, "text/html");
      const form = page.getElementById(this.$root.id);
      if (form) {
        this.showAnswer(page);
      } else if (status < 400 && address) {
        window.location.assign(address);
      } else {
        const said = [...page.querySelectorAll("[data-error-said]")];
        const words = said.map((element) => element.textContent.trim()).filter(Boolean);
        this.tell(words.join(" ") || this.$root.dataset.textFailed);
      }
    },

    // The server's form with its errors takes this one's place; the chosen file stays chosen.
    showAnswer(page) {
      const kept = this.$refs.file.files;
      const fileRefused = page.querySelector("[data-field=file] [data-error]").textContent.trim();
      const main = document.querySelector("main");
      document.title = page.title;
      main.replaceChildren(...page.querySelector("main").childNodes);
      window.scrollTo(0, 0);
      setTimeout(() => {
        const input = main.querySelector("input[type=file]");
        if (kept.length && !fileRefused) {
          input.files = kept;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }
        focusSummary(main);
      });
    },

    failed(aborted) {
      const texts = this.$root.dataset;
      this.tell(aborted ? texts.textCanceled : texts.textNetwork);
    },

    tell(message) {
      this.stop();
      this.problem = message;
      this.$nextTick(() => this.$refs.problem.focus());
    },

    stop() {
      this.sending = false;
      this.$refs.fields.inert = false;
      this.$refs.bar.value = 0;
    },

    cancel() {
      if (this.request) this.request.abort();
    },
  };
}
