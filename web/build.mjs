// Builds web/dist: every file the pages refer to, named after its content, so that it can be cached for ever.
//
//   raccordo.css  ->  dist/raccordo.3f2a9c01d4.css  (+ .gz and .br, made once here and served as they are)
//   dist/manifest.json says which name stands for which file.
//
// The same sources always give the same bytes: no time stamps, no absolute paths, files in a fixed order.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const kit = join(here, "node_modules/bootstrap-lombardia");
const titillium = join(kit, "dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-");

/** Name on the pages -> source. A style sheet comes after the files it refers to, because it carries their hashed names. */
const sources = {
  "titillium-web-regular.woff2": `${titillium}regular.woff2`,
  "titillium-web-italic.woff2": `${titillium}italic.woff2`,
  "titillium-web-600.woff2": `${titillium}600.woff2`,
  "titillium-web-700.woff2": `${titillium}700.woff2`,
  "mark.svg": join(here, "assets/mark.svg"),
  "sprites.svg": join(kit, "dist/svg/sprites.svg"),
  "fonts.css": join(here, "assets/fonts.css"),
  "kit.css": join(kit, "dist/css/bootstrap-lombardia.min.css"),
  "raccordo.css": join(here, "assets/raccordo.css"),
  "raccordo.js": join(here, "assets/raccordo.js"),
  "copy.js": join(here, "assets/copy.js"),
  "htmx.js": join(here, "node_modules/htmx.org/dist/htmx.min.js"),
};

/** Redistributed packages with their licences; the licence texts are copied along. */
const licences = [
  ["bootstrap-lombardia 2.7.3 (kit.css, sprites.svg)", join(kit, "LICENSE")],
  ["Titillium Web (titillium-web-*.woff2)", join(kit, "dist/fonts/Titillium_Web/OFL.txt")],
  ["htmx 2.0.11 (htmx.js)", join(here, "node_modules/htmx.org/LICENSE")],
];

const manifest = {};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const [name, source] of Object.entries(sources)) {
  publish(name, isText(name) ? Buffer.from(prepare(readFileSync(source, "utf8"))) : readFileSync(source));
}
publish("licences.txt", Buffer.from(licenceTexts()));
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`web/dist: ${Object.keys(manifest).length} files`);

/** Writes the bytes under their hashed name, with compressed twins for text (fonts are compressed already). */
function publish(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = name.replace(/(\.[a-z0-9]+)$/, `.${hash}$1`);
  manifest[name] = hashed;
  writeFileSync(join(dist, hashed), bytes);
  if (!isText(name)) return;
  writeFileSync(join(dist, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
  writeFileSync(
    join(dist, `${hashed}.br`),
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  );
}

/** Removes the kit's byte-order mark and the address of its source map, which is not shipped. */
function prepare(text) {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/\/[*/]# sourceMappingURL=\S+(\s*\*\/)?\s*$/, "")
    .replace(/asset\(([a-z0-9-]+\.[a-z0-9]+)\)/g, (_, name) => `url("${hashedName(name)}")`);
}

function hashedName(name) {
  if (!manifest[name]) throw new Error(`${name} is not published before the file that refers to it`);
  return manifest[name];
}

function licenceTexts() {
  return licences.map(([what, file]) => `${what}\n\n${readFileSync(file, "utf8").trim()}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

function isText(name) {
  return !name.endsWith(".woff2");
}
