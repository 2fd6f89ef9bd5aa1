// Shows the bar for the ticked jobs, and ticks all of them.
export function bulkBar() {
  return {
    count: 0,
    some: false,
    init() {
      const form = this.$el;
      document.addEventListener("change", (event) => {
        if (event.target.matches("[data-select]")) this.counted();
        if (event.target.matches("[data-select-all]")) {
          for (const box of this.boxes()) box.checked = event.target.checked;
          this.counted();
        }
      });
      form.addEventListener("reset", () => setTimeout(() => this.counted()));
      this.counted();
    },
    boxes() {
      return [...document.querySelectorAll("[data-select]")];
    },
    counted() {
      this.count = this.boxes().filter((box) => box.checked).length;
      this.some = this.count > 0;
    },
    clear() {
      for (const box of document.querySelectorAll("[data-select], [data-select-all]")) box.checked = false;
      this.counted();
    },
  };
}
