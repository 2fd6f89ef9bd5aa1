// Paid or waived: opening the waiver empties the amount, closing it brings the amount back.
export function pickUpFields() {
  return {
    amount: "",

    init() {
      const amount = this.$el.querySelector("[name=amount]");
      const waiver = this.$el.querySelector("[data-waive]");
      this.amount = amount.value;
      waiver.addEventListener("toggle", () => {
        if (waiver.open && amount.value === this.amount) amount.value = "";
        if (!waiver.open) {
          waiver.querySelector("[name=waive]").value = "";
          amount.value = amount.value || this.amount;
        }
      });
    },
  };
}
