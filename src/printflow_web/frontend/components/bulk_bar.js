import { filled } from "./file_check.js";

// Shows the bar for the ticked jobs, and ticks all of them; with Shift, all between two.
export function bulkBar() {
  return {
    count: 0,
    said: "",
    some: false,
    last: null,
    init() {
      const form = this.$el;
      document.addEventListener("change", (event) => {
        if (event.target.matches("[data-select]")) this.counted();
        if (event.target.matches("[data-select-all]")) {
          for (const box of this.boxes()) box.checked = event.target.checked;
          this.counted();
        }
      });
      document.addEventListener("click", (event) => {
        if (event.target.matches("[data-select]")) this.range(event.target, event.shiftKey);
      });
      document.addEventListener("list-changed", () => this.counted());
      form.addEventListener("reset", () => setTimeout(() => this.counted()));
      this.counted();
    },
    boxes() {
      return [...document.querySelectorAll("[data-select]")];
    },
    range(box, all) {
      const boxes = this.boxes();
      const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((a, b) => a - b);
      if (all && from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
      this.last = box;
    },
    counted() {
      const boxes = this.boxes();
      this.count = boxes.filter((box) => box.checked).length;
      this.said = filled(this.$root.dataset.text, { count: this.count });
      this.some = this.count > 0;
      for (const all of document.querySelectorAll("[data-select-all]")) {
        all.checked = this.some && this.count === boxes.length;
        all.indeterminate = this.some && !all.checked;
      }
    },
    clear() {
      for (const box of document.querySelectorAll("[data-select], [data-select-all]")) box.checked = false;
      this.counted();
    },
  };
}
