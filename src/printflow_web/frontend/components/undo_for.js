// Counts down how long an action can be taken back; then the button goes.
export function undoFor() {
  return {
    left: 0,
    shown: "",
    init() {
      const end = Date.now() + Number(this.$el.dataset.seconds) * 1000;
      const tick = () => {
        this.left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
        this.shown = this.left ? `${this.left} s` : "";
        if (this.left) setTimeout(tick, 500);
      };
      tick();
    },
  };
}
