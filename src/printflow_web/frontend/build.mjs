// Bundles the scripts into ../static. Each entry becomes one file that a page asks for by name;
// three.js is in the preview's worker alone, which the form starts when a model is chosen.
import { build } from "esbuild";

await build({
  entryPoints: { app: "app.js", charts: "charts.js", preview_worker: "preview/worker.js" },
  outdir: "../static",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020"],
  legalComments: "none",
  logLevel: "warning",
});
