// Shows a stored model in 3D once people ask for it, and in it the places of the findings that the page
// lists; the macro model_viewer in _viewer.html is its markup.
import { mountViewer, viewerTexts } from "../preview/mount_viewer.js";

const PLACED = "[data-finding-at]"; // "x y z" in the file's own coordinates
const viewers = new WeakMap(); // kept apart from Alpine's data, whose proxies workers do not take

// What of the page's list has a place, in its order.
function placed() {
  return [...document.querySelectorAll(PLACED)]
    .map((button) => ({
      button,
      at: button.dataset.findingAt.trim().split(/\s+/).map(Number),
      label: (button.dataset.findingLabel || button.textContent).trim(),
    }))
    .filter(({ at }) => at.length === 3 && at.every(Number.isFinite));
}

export function modelViewer() {
  return {
    shown: false,
    places: [],
    wanted: null, // the place to turn to once the picture is there

    init() {
      if (!("pins" in this.$root.dataset)) return;
      this.places = placed();
      this.places.forEach(({ button }, number) => {
        const sign = document.createElement("span");
        sign.className = "pin-number";
        sign.setAttribute("aria-hidden", "true");
        sign.textContent = number + 1;
        button.prepend(sign);
        button.disabled = false;
        button.addEventListener("click", () => this.turnTo(number));
      });
    },

    show() {
      this.open(true);
    },

    open(focused) {
      const { url, format, color, label, worker, up } = this.$root.dataset;
      const texts = viewerTexts(this.$root.dataset);
      const drawn = () => {
        this.replacePicture();
        this.pin();
      };
      const picked = (number) => this.picked(number);
      this.shown = true;
      this.$nextTick(() => {
        const options = { worker, url, format, color, label, texts, up, drawn, picked };
        viewers.set(this.$root, mountViewer(this.$refs.viewer, options));
        if (focused) this.$refs.viewer.querySelector("canvas").focus();
        else this.bringIntoView();
      });
    },

    // Once the model is there, its still picture needn't stand beside it.
    replacePicture() {
      const still = this.$root.closest("[data-pictured]")?.querySelector(".picture");
      if (still) still.hidden = true;
    },

    // -- places ----------------------------------------------------------------------------------

    pin() {
      if (!("pins" in this.$root.dataset)) return;
      const viewer = viewers.get(this.$root);
      viewer.pin(this.places.map(({ at, label }) => ({ at, label })));
      if (this.wanted !== null) viewer.go(this.wanted);
    },

    turnTo(number) {
      this.wanted = number;
      this.mark(number);
      if (!this.shown) {
        this.open(false);
        return;
      }
      this.bringIntoView();
      const viewer = viewers.get(this.$root);
      if (viewer.drawn) viewer.go(number);
    },

    // A pin leads back to the list.
    picked(number) {
      this.wanted = number;
      this.mark(number);
      if (number !== null) this.places[number].button.focus();
      else this.$refs.viewer.querySelector("canvas").focus();
    },

    mark(number) {
      this.places.forEach(({ button }, other) => {
        if (other === number) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      });
    },

    bringIntoView() {
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.$refs.viewer.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    },
  };
}
