// Reordering a printer's queue: by dragging a row's handle, or with its arrows, which keep the focus.
// Without this script the arrows are plain forms.
export function queueOrder() {
  return {
    dragged: null,

    init() {
      const list = this.$refs.list;
      if (!list) return;
      list.addEventListener("submit", (event) => this.step(event));
      list.addEventListener("pointerdown", (event) => this.grab(event));
      list.addEventListener("pointermove", (event) => this.drag(event));
      list.addEventListener("pointerup", () => this.drop());
      list.addEventListener("pointercancel", () => this.letGo());
    },

    rows() {
      return [...this.$refs.list.children];
    },

    step(event) {
      event.preventDefault();
      const form = event.target;
      const row = form.closest("[data-job]");
      const up = form.dataset.way === "up";
      const beside = up ? row.previousElementSibling : row.nextElementSibling;
      if (!beside) return;
      this.$refs.list.insertBefore(up ? row : beside, up ? beside : row);
      this.tidy();
      const button = form.querySelector("button");
      (button.disabled ? row.querySelector(".queue-moves button:not([disabled])") : button).focus();
      this.send(row);
    },

    grab(event) {
      const handle = event.target.closest("[data-handle]");
      if (!handle || event.button !== 0) return;
      event.preventDefault();
      this.dragged = handle.closest("[data-job]");
      this.was = this.dragged.nextElementSibling;
      this.dragged.classList.add("dragged");
      this.$refs.list.setPointerCapture(event.pointerId);
    },

    drag(event) {
      const row = this.dragged;
      if (!row) return;
      const over = this.rows().find((one) => {
        const box = one.getBoundingClientRect();
        return one !== row && event.clientY >= box.top && event.clientY <= box.bottom;
      });
      if (!over) return;
      const box = over.getBoundingClientRect();
      const low = event.clientY > box.top + box.height / 2;
      this.$refs.list.insertBefore(row, low ? over.nextElementSibling : over);
    },

    drop() {
      const row = this.dragged;
      if (!row) return;
      this.dragged = null;
      row.classList.remove("dragged");
      if (row.nextElementSibling === this.was) return;
      this.tidy();
      this.send(row);
    },

    letGo() {
      const row = this.dragged;
      if (!row) return;
      this.dragged = null;
      row.classList.remove("dragged");
      this.$refs.list.insertBefore(row, this.was);
    },

    tidy() {
      const rows = this.rows();
      rows.forEach((row, place) => {
        row.querySelector("[data-way=up] button").disabled = place === 0;
        row.querySelector("[data-way=down] button").disabled = place === rows.length - 1;
        // The ends belonged to the old order; the next look at the page has the new ones.
        row.querySelector("[data-ends]").textContent = "";
      });
    },

    async send(row) {
      const data = new FormData(row.querySelector("form"));
      const next = row.nextElementSibling;
      data.set("before", next ? next.dataset.job : "");
      const rows = this.rows();
      const words = this.$root.dataset;
      try {
        const answer = await fetch(row.querySelector("form").action, {
          method: "POST",
          body: new URLSearchParams(data),
          headers: { "X-Requested-With": "XMLHttpRequest" },
        });
        if (!answer.ok) throw new Error(answer.statusText);
        this.$refs.said.textContent = words.moved
          .replace("{id}", row.dataset.job)
          .replace("{place}", rows.indexOf(row) + 1)
          .replace("{count}", rows.length);
      } catch {
        this.$refs.said.textContent = words.failed;
        setTimeout(() => location.reload(), 1500);
      }
    },
  };
}
