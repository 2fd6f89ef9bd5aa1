// Bundles the scripts into ../static. Each entry becomes one file that a page asks for by name.
import { build } from "esbuild";

await build({
  entryPoints: ["app.js"],
  outdir: "../static",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020"],
  legalComments: "none",
  logLevel: "warning",
});
