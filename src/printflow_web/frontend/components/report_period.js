// A ready-made period empties the days and chooses how finely it is told; a day chooses "From – to":
// the form says what counts.
export function reportPeriod() {
  return {
    init() {
      const period = this.$el.querySelector("[name=period]");
      const days = [...this.$el.querySelectorAll("[type=date]")];
      period.addEventListener("change", () => {
        if (period.value !== "own") for (const day of days) day.value = "";
        const { unit } = period.selectedOptions[0].dataset;
        if (unit) this.$el.querySelector("[name=unit]").value = unit;
      });
      for (const day of days) {
        day.addEventListener("change", () => {
          if (day.value) period.value = "own";
        });
      }
    },
  };
}
