// The field for a name that is not in the list shows when "Someone else…" is chosen.
export function newName() {
  return {
    init() {
      const chosen = this.$root.querySelector("[name=name]");
      chosen.required = true;
      chosen.addEventListener("change", () => this.follow(chosen, true));
      this.follow(chosen, false);
    },

    follow(chosen, focus) {
      const typed = this.$root.querySelector("[name=new_name]");
      // The option that stands for a new name is the last one.
      const wanted = chosen.selectedIndex === chosen.options.length - 1;
      this.$root.querySelector("[data-new-name]").hidden = !wanted;
      typed.required = wanted;
      typed.disabled = !wanted;
      if (wanted && focus) typed.focus();
    },
  };
}
