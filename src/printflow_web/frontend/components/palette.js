// The command palette (Ctrl+K, Cmd+K, or its button): a few words lead to a job, a person, a page, or
// to what can be done with the job that is open or has the focus. A combobox, by keyboard alone.
import { grouped } from "./numbers.js";

const PAUSE = 150;

// The one job that is meant: the page's own, that of the row in use, or the only one ticked.
function jobAtHand() {
  const page = document.querySelector("[data-one-job]");
  if (page) return page.dataset.oneJob;
  const row = document.activeElement?.closest("#job-list > [id^=job-]");
  if (row) return row.id.replace("job-", "");
  const ticked = document.querySelectorAll("[data-select]:checked");
  return ticked.length === 1 ? ticked[0].value.split(":")[0] : "";
}

export function palette() {
  return {
    current: 0,

    init() {
      document.addEventListener("keydown", (event) => {
        if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
        if (event.shiftKey || event.altKey) return;
        event.preventDefault();
        if (this.$el.open) this.$el.close();
        else this.open();
      });
      document.addEventListener("click", (event) => event.target.closest("[data-palette]") && this.open());
      const { box, list } = this.$refs;
      box.addEventListener("input", (event) => {
        clearTimeout(this.timer);
        this.behind = true;
        if (!event.isComposing) this.timer = setTimeout(() => this.ask(), PAUSE);
      });
      box.addEventListener("compositionend", () => this.ask());
      box.addEventListener("keydown", (event) => this.key(event));
      list.addEventListener("click", (event) => this.clicked(event));
      this.$el.addEventListener("click", (event) => event.target === this.$el && this.$el.close());
    },

    open() {
      if (document.querySelector("dialog[open]")) return; // one thing at a time
      this.job = jobAtHand();
      const { box } = this.$refs;
      box.value = "";
      this.show([]);
      this.$el.showModal();
      box.focus();
      this.ask();
    },

    // Several that are ticked are acted on together, by the list's own form.
    many() {
      const form = document.getElementById("bulk") || document.getElementById("together");
      const count = document.querySelectorAll("[data-select]:checked").length;
      if (!form || count < 2 || this.$refs.box.value.trim()) return [];
      const words = this.$el.dataset.many.replace("{count}", grouped(count));
      return [{ kind: this.$el.dataset.action, words, detail: "", address: "", form }];
    },

    // Of several answers under way only the last asked for counts.
    async ask() {
      clearTimeout(this.timer);
      this.behind = true;
      this.asked = (this.asked || 0) + 1;
      const turn = this.asked;
      const words = new URLSearchParams({ q: this.$refs.box.value, job: this.job });
      let entries = null;
      try {
        const answer = await fetch(`${this.$el.dataset.address}?${words}`, { headers: { "X-Requested-With": "fetch" } });
        if (answer.ok && !answer.redirected) ({ entries } = await answer.json());
      } catch {
        entries = null;
      }
      if (turn !== this.asked) return;
      this.behind = false;
      this.$refs.lost.hidden = entries !== null;
      this.show([...this.many(), ...(entries || [])]);
      if (this.chosen) this.choose();
    },

    show(entries) {
      const { list, none, box } = this.$refs;
      this.current = 0;
      this.shown = entries;
      list.replaceChildren(...entries.map((entry, place) => this.line(entry, place)));
      none.hidden = entries.length > 0 || !box.value.trim() || !this.$refs.lost.hidden;
      box.setAttribute("aria-expanded", String(entries.length > 0));
      this.mark();
    },

    line({ kind, words, detail, address, dialog }, place) {
      const line = document.createElement(address ? "a" : "button");
      line.className = "palette-line";
      line.id = `palette-${place}`;
      line.tabIndex = -1;
      line.setAttribute("role", "option");
      if (address) line.href = address;
      else line.type = "button";
      if (dialog) line.dataset.dialog = "";
      for (const [name, text] of [["kind", kind], ["words", words], ["detail", detail]]) {
        const part = document.createElement("span");
        part.className = `palette-${name}`;
        part.textContent = text;
        line.append(part, " ");
      }
      return line;
    },

    mark() {
      const { list, box } = this.$refs;
      for (const [place, line] of [...list.children].entries()) {
        line.setAttribute("aria-selected", String(place === this.current));
        if (place === this.current) line.scrollIntoView({ block: "nearest" });
      }
      if (list.children.length) box.setAttribute("aria-activedescendant", `palette-${this.current}`);
      else box.removeAttribute("aria-activedescendant");
    },

    key(event) {
      const count = this.$refs.list.children.length;
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.isComposing) return;
      if (event.key in steps && count) {
        event.preventDefault();
        this.current = (this.current + steps[event.key] + count) % count;
        this.mark();
      } else if (event.key === "Enter") {
        event.preventDefault();
        // What is shown may be for fewer words than were typed: then it waits for the answer.
        if (this.behind) {
          this.chosen = true;
          this.ask();
        } else this.choose();
      }
    },

    choose() {
      this.chosen = false;
      this.$refs.list.children[this.current]?.click();
    },

    // Lines are links: what they do beyond that, opening a dialog, is done for every link.
    clicked(event) {
      const line = event.target.closest("[role=option]");
      if (!line || event.ctrlKey || event.metaKey) return;
      const { form } = this.shown[[...this.$refs.list.children].indexOf(line)];
      this.$el.close();
      if (form) form.requestSubmit(form.querySelector("[type=submit]:not([name])"));
    },
  };
}
