// Two versions of a job's model beside each other, in views that turn together; the macro model_compare
// in _viewer.html is its markup. Any two of the files can be chosen.
import { LinkedViews } from "../preview/linked.js";
import { mountViewer, viewerTexts } from "../preview/mount_viewer.js";

const pairs = new WeakMap(); // kept apart from Alpine's data, whose proxies workers do not take

export function modelCompare() {
  return {
    shown: false,

    show() {
      this.shown = true;
      this.$nextTick(() => {
        this.mount();
        this.$root.querySelector("canvas").focus();
      });
    },

    // Another version was chosen for one of the sides.
    change() {
      this.mount();
    },

    mount() {
      pairs.get(this.$root)?.close();
      const pair = new LinkedViews();
      pairs.set(this.$root, pair);
      const sides = [...this.$root.querySelectorAll("[data-side]")];
      const views = sides.map((side, place) => this.viewerIn(side, [pair.left, pair.right][place]));
      pair.join(...views);
    },

    viewerIn(side, linked) {
      const { color, worker } = this.$root.dataset;
      const [chosen] = side.querySelector("select").selectedOptions;
      const { url, format, label, up } = chosen.dataset;
      for (const facts of side.querySelectorAll("[data-facts-of]")) {
        facts.hidden = facts.dataset.factsOf !== chosen.value;
      }
      const texts = viewerTexts(this.$root.dataset);
      // As the files have them: laid on a flat side, the two might not lie alike.
      const options = { worker, url, format, color, label, texts, up, laid: false, ...linked };
      return mountViewer(side.querySelector("[data-viewer]"), options);
    },
  };
}
