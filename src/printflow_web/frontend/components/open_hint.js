// A click on "Open" starts a program of the PC. A browser does not say whether there is one; but if
// the window is still in front after two seconds, probably not.
const PATIENCE = 2000;

// In a row of the list the address of the job's page says it.
function downloadOf(link) {
  const page = link.closest("#job-list > li")?.querySelector(".row-name");
  return link.dataset.download || `${page.getAttribute("href")}/files/${link.dataset.open}`;
}

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
        const item = event.target.closest("a.menu-open")?.closest(".row-actions, .actions");
        const button = item?.querySelector("a[data-open]");
        if (button) this.clicked(button);
      });
      // A slicer that takes longer than that.
      window.addEventListener("blur", () => this.hide());
    },
    clicked(link) {
      const download = downloadOf(link);
      const file = decodeURIComponent(link.getAttribute("href").split("/").at(-1));
      this.tell(download.split("/").at(-3), file);
      const wait = setTimeout(() => {
        this.path = link.dataset.path || "";
        this.download = download;
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
