// Shows a stored model in 3D once people ask for it; the macro model_viewer in _viewer.html is its markup.
import { mountViewer, viewerTexts } from "../preview/mount_viewer.js";

export function modelViewer() {
  return {
    shown: false,

    show() {
      const { url, format, color, label, worker } = this.$root.dataset;
      const texts = viewerTexts(this.$root.dataset);
      this.shown = true;
      this.$nextTick(() => {
        mountViewer(this.$refs.viewer, { worker, url, format, color, label, texts });
        this.$refs.viewer.querySelector("canvas").focus();
      });
    },
  };
}
