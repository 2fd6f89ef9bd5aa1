// What is confirmed, by name, and its total: this model's price and those of the models that are ticked with it.
import { listed, money, grouped } from "./numbers.js";

export function confirmTotal() {
  return {
    total: "",
    which: "",

    init() {
      this.$el.addEventListener("change", () => this.add());
      window.addEventListener("pageshow", () => this.add()); // a browser puts ticks back on Back
      this.add();
    },

    add() {
      const { cents, currency, digits, name, words } = this.$root.dataset;
      const ticked = [...this.$root.querySelectorAll("[name=also]:checked")];
      const sum = ticked.reduce((total, box) => total + Number(box.dataset.cents), Number(cents));
      this.total = money(sum / 10 ** Number(digits), currency);
      const names = [name, ...ticked.map((box) => box.dataset.name)];
      const said = { count: grouped(names.length), names: listed(names) };
      this.which = words.replace(/\{(count|names)\}/g, (_all, place) => said[place]);
    },
  };
}
