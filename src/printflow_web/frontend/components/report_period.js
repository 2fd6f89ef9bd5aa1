// A ready-made period empties the days, and a day chooses "From – to": the form says what counts.
export function reportPeriod() {
  return {
    init() {
      const period = this.$el.querySelector("[name=period]");
      const days = [...this.$el.querySelectorAll("[type=date]")];
      period.addEventListener("change", () => {
        if (period.value !== "own") for (const day of days) day.value = "";
      });
      for (const day of days) {
        day.addEventListener("change", () => {
          if (day.value) period.value = "own";
        });
      }
    },
  };
}
