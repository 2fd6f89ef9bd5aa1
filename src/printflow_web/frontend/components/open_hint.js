// A click on "Open" starts a program of the PC. A browser does not say whether there is one; but if
// the window is still in front after two seconds, probably not.
const PATIENCE = 2000;

export function openHint() {
  return {
    shown: false,
    path: "",
    download: "",
    init() {
      document.addEventListener("click", (event) => {
        const link = event.target.closest("a[data-open]");
        if (link) this.clicked(link);
        // On a phone the menu has the button's place; the button still knows the facts.
        const item = event.target.closest("a.menu-open")?.closest("details");
        const button = item?.parentElement.querySelector("a[data-open]");
        if (button) this.clicked(button);
      });
      // A slicer that takes longer than that.
      window.addEventListener("blur", () => this.hide());
    },
    clicked(link) {
      this.tell(link.dataset.open, link.dataset.file);
      const wait = setTimeout(() => {
        this.path = link.dataset.path || "";
        this.download = link.dataset.download;
        this.shown = true;
      }, PATIENCE);
      window.addEventListener("blur", () => clearTimeout(wait), { once: true });
    },
    // So that the PC's own report, if it sends one, can say who opened the file.
    tell(job, file) {
      const token = document.querySelector("input[name=csrf_token]");
      if (!token) return;
      const body = new URLSearchParams({ csrf_token: token.value, job, file });
      fetch(this.$root.dataset.clicks, { method: "POST", body, keepalive: true }).catch(() => {});
    },
    hide() {
      this.shown = false;
    },
  };
}
