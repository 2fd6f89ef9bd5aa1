// The figures of many jobs: takes over what the slicers say, and shows each price as it is typed.
import { askedPrice } from "./asked_price.js";

const TYPED = ["weight", "hours", "material", "printer"];

export function costTable() {
  return {
    init() {
      this.asks = new Map();
      for (const row of this.$el.querySelectorAll("[data-quote]")) {
        this.asks.set(row, askedPrice(row.dataset.address, (answer) => this.show(row, answer)));
        if (this.field(row, "weight").value) this.ask(row);
      }
      this.$el.addEventListener("input", (event) => {
        const row = event.target.closest("[data-quote]");
        if (row && TYPED.includes(event.target.dataset.name)) this.update(row);
      });
    },

    field(row, name) {
      return row.querySelector(`[data-name="${name}"]`);
    },

    use(event) {
      this.take(event.currentTarget);
    },

    useAll() {
      for (const button of this.$root.querySelectorAll("[data-use]")) this.take(button);
    },

    // What the slicer does not know stays.
    take(button) {
      const row = button.closest("[data-quote]");
      const { weight, hours, material, printer, file } = button.dataset;
      for (const [name, value] of Object.entries({ weight, hours, material, printer, file })) {
        const field = this.field(row, name);
        if (value && field) field.value = value;
      }
      this.update(row);
    },

    ask(row) {
      this.asks.get(row)(Object.fromEntries(TYPED.map((name) => [name, this.field(row, name).value])));
    },

    update(row) {
      // Until the answer is there, nothing is shown that would not be done.
      this.field(row, "expected_cents").value = "";
      row.querySelector("[data-cost]").textContent = "…";
      this.ask(row);
    },

    show(row, answer) {
      this.field(row, "expected_cents").value = answer ? answer.cents : "";
      row.querySelector("[data-cost]").textContent = answer && answer.cents ? answer.cost : "";
    },
  };
}
