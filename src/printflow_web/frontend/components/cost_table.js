// The figures of many jobs: takes over what the slicers say, and shows each price as it is typed.
import { gramsFrom, hoursFrom, money, reckoned } from "./cost_preview.js";

export function costTable() {
  return {
    init() {
      this.$el.addEventListener("input", (event) => this.update(event.target.closest("[data-quote]")));
      for (const row of this.$el.querySelectorAll("[data-quote]")) {
        this.update(row, row.querySelector("[data-name=expected_cents]").value);
      }
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
        const field = row.querySelector(`[data-name="${name}"]`);
        if (value && field) field.value = value;
      }
      this.update(row);
    },

    // shown: the price in cents that the server calculated for what is typed, if it did.
    update(row, shown = "") {
      if (!row) return;
      const field = (name) => row.querySelector(`[data-name="${name}"]`);
      const option = field("printer").selectedOptions[0];
      const { currency, minimumCents } = this.$root.dataset;
      const cost = reckoned(option, gramsFrom(field("weight").value), hoursFrom(field("hours").value), Number(minimumCents));
      const cents = shown || (cost ? cost.cents : "");
      field("expected_cents").value = cents;
      row.querySelector("[data-cost]").textContent = cents ? money(Number(cents) / 100, currency) : "";
    },
  };
}
