// Bundles the scripts into ../static. Each entry becomes one file that a page asks for by name;
// three.js is in the two workers alone, which pages start when a model or G-code is to be shown.
import { build } from "esbuild";

await build({
  entryPoints: { app: "app.js", charts: "charts.js", tus: "tus.js", preview_worker: "preview/worker.js", gcode_worker: "gcode/worker.js" },
  outdir: "../static",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020"],
  legalComments: "none",
  logLevel: "warning",
});
