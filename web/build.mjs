// Bundles the islands and makes what the pages need beside them: sprite, fonts, the map's outline.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { outline } from "./outline.mjs";

const tests = process.argv.includes("--tests");
const out = "../src/rt/ui/static/built";

if (tests) {
  rmSync(".tests", { recursive: true, force: true });
  await build({
    entryPoints: readdirSync("tests").filter((n) => n.endsWith(".test.ts")).map((n) => `tests/${n}`),
    outdir: ".tests", outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm", packages: "external",
  });
} else {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const shared = { bundle: true, minify: true, format: "esm", target: "es2020", legalComments: "linked", outdir: out };
  await build({
    ...shared, entryPoints: ["src/rt.ts", "src/bare.ts", "src/driver/driver.ts"], entryNames: "[name]",
    splitting: true, chunkNames: "chunk-[name]-[hash]",
  });
  await build({ ...shared, format: "iife", entryPoints: ["src/sw.ts", "src/pushonly.ts"], entryNames: "[name]" });

  const names = readFileSync("../src/rt/ui/icons.txt", "utf8").split(/\s+/).filter(Boolean);
  const symbols = names.map((name) => {
    const svg = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  writeFileSync(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  copyFileSync("node_modules/lucide-static/LICENSE", `${out}/icons.LICENSE.txt`);

  copyFileSync("node_modules/htmx.org/LICENSE", `${out}/htmx.LICENSE.txt`);

  const font = "node_modules/@fontsource/barlow-semi-condensed";
  copyFileSync(`${font}/files/barlow-semi-condensed-latin-600-normal.woff2`, `${out}/barlow-600.woff2`);
  copyFileSync(`${font}/files/barlow-semi-condensed-latin-ext-600-normal.woff2`, `${out}/barlow-600-ext.woff2`);
  copyFileSync(`${font}/LICENSE`, `${out}/barlow.LICENSE.txt`);

  writeFileSync(`${out}/outline.json`, JSON.stringify(outline()));
  copyFileSync("node_modules/world-atlas/LICENSE", `${out}/outline.LICENSE.txt`);
}
