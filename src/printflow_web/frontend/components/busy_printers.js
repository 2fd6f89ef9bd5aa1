// Of the printers that print already, only the chosen one is worth a warning.
export function busyPrinters() {
  return {
    init() {
      const chosen = this.$el.querySelector("select");
      const show = () => {
        for (const notice of this.$el.querySelectorAll("[data-busy]")) {
          notice.hidden = notice.dataset.busy !== chosen.value;
        }
      };
      chosen.addEventListener("change", show);
      show();
    },
  };
}
