// The chosen plate of a sliced file fills in print time and weight.
export function slicedPlates() {
  return {
    init() {
      this.$el.addEventListener("change", (event) => {
        const { hours, grams } = event.target.dataset;
        const form = event.target.form;
        if (hours) form.elements.hours.value = hours;
        if (grams) form.elements.grams.value = grams;
      });
    },
  };
}
