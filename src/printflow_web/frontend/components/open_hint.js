// A click on "Open" starts a program of the PC. A browser does not say whether there is one; but if
// the window is still in front after two seconds, probably not.
const PATIENCE = 2000;

export function openHint() {
  return {
    shown: false,
    init() {
      document.addEventListener("click", (event) => {
        if (!event.target.closest("a[data-open]")) return;
        let left = false;
        const leave = () => {
          left = true;
        };
        window.addEventListener("blur", leave, { once: true });
        setTimeout(() => {
          window.removeEventListener("blur", leave);
          this.shown = !left;
        }, PATIENCE);
      });
    },
    hide() {
      this.shown = false;
    },
  };
}
