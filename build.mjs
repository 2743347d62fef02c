// Joins, minifies and names by content what a browser gets: static/js/site.js and static/css/site.css, the desk's own three and the service
// workers, with all that they import, the fonts that the styles ask for, and static/img. Writes static/dist/ with a .br and a .gz beside every text, and
// manifest.json, which maps the logical names ("site.js", "fonts/piazzolla.woff2", "img/favicon.svg") to what was written:
//
//     {"site.js": {"file": "site-ABCDEFGH.js", "type": "text/javascript", "size": 40000, "br": 13000, "gz": 14000}, …}
//
// The same sources give the same bytes. What an earlier build left behind is removed last, so that a server in between always
// finds the files of the manifest that it has read.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { build } from "esbuild";

const ROOT = import.meta.dirname;
const STATIC = join(ROOT, "static");
const DIST = join(STATIC, "dist");

const TYPES = {
  ".css": "text/css",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const TEXTS = [".css", ".js", ".svg"];

// The service worker is answered at /service-worker.js, which reads it from here (newsapp/site/routes.py).
const SCRIPTS = ["site", "desk", "desk-editor", "service-worker", "no-service-worker"];
const STYLES = ["site", "desk"];

const FONTS = {
  "piazzolla-latin-opsz-normal.woff2": "fonts/piazzolla.woff2",
  "piazzolla-latin-ext-opsz-normal.woff2": "fonts/piazzolla-ext.woff2",
  "piazzolla-latin-wght-italic.woff2": "fonts/piazzolla-italic.woff2",
  "piazzolla-latin-ext-wght-italic.woff2": "fonts/piazzolla-italic-ext.woff2",
};

// Further letters of the same face, for social cards only: no page asks for them.
const CARD_FONTS = ["cyrillic", "greek", "vietnamese"];

const started = performance.now();
const assets = [...(await bundles()), ...(await cardFonts()), ...(await pictures())];
const entries = await Promise.all(assets.map(write));
const manifest = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
await replace("manifest.json", JSON.stringify(manifest, null, 2) + "\n");
await sweep(manifest);
report(manifest);

/** What esbuild makes of the scripts and the styles: [{name, file, bytes}]. */
async function bundles() {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [...SCRIPTS.map((name) => `static/js/${name}.js`), ...STYLES.map((name) => `static/css/${name}.css`)],
    outdir: DIST,
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    entryNames: "[name]-[hash]",
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file" },
    logLevel: "warning",
  });

  return result.outputFiles.map(({ path, contents }) => {
    const file = relative(DIST, path);
    const { entryPoint, inputs } = result.metafile.outputs[relative(ROOT, path)];
    return { name: logicalName(entryPoint ?? Object.keys(inputs)[0]), file, bytes: Buffer.from(contents) };
  });
}

function logicalName(source) {
  if (extname(source) !== ".woff2") return basename(source);
  const name = FONTS[basename(source)];
  if (!name) throw new Error(`${basename(source)} has no name in FONTS, in build.mjs`);
  return name;
}

/** What the social cards are written with besides the pages' fonts: [{name, file, bytes}]. */
async function cardFonts() {
  const folder = join(ROOT, "node_modules/@fontsource-variable/piazzolla/files");
  return Promise.all(
    CARD_FONTS.map(async (letters) => ({
      name: `fonts/card-${letters}.woff2`,
      file: `fonts/card-${letters}.woff2`,
      bytes: await readFile(join(folder, `piazzolla-${letters}-opsz-normal.woff2`)),
    })),
  );
}

/** The pictures of the site itself, named by content. An SVG loses its comments: [{name, file, bytes}]. */
async function pictures() {
  const files = (await readdir(join(STATIC, "img"))).filter((file) => extname(file) in TYPES).sort();
  return Promise.all(
    files.map(async (file) => {
      let bytes = await readFile(join(STATIC, "img", file));
      if (extname(file) === ".svg") {
        bytes = Buffer.from(bytes.toString().replace(/<!--.*?-->/gs, "").replace(/>\s+</g, "><").trim());
      }
      const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
      const named = `${basename(file, extname(file))}-${hash}${extname(file)}`;
      return { name: `img/${file}`, file: `img/${named}`, bytes };
    }),
  );
}

async function write({ name, file, bytes }) {
  const entry = { file, type: TYPES[extname(file)], size: bytes.length, br: null, gz: null };
  await replace(file, bytes);
  if (TEXTS.includes(extname(file))) {
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 11,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
      promisify(gzip)(bytes, { level: 9 }),
    ]);
    await Promise.all([replace(`${file}.br`, br), replace(`${file}.gz`, gz)]);
    Object.assign(entry, { br: br.length, gz: gz.length });
  }
  return [name, entry];
}

/** Puts a file into dist whole: a server that reads at the same moment gets the old one or the new one, never half of one. */
async function replace(file, bytes) {
  const path = join(DIST, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

async function sweep(manifest) {
  const kept = new Set(["manifest.json"]);
  for (const { file } of Object.values(manifest)) for (const suffix of ["", ".br", ".gz"]) kept.add(file + suffix);

  for (const found of await readdir(DIST, { recursive: true, withFileTypes: true })) {
    const path = resolve(found.parentPath, found.name);
    if (found.isFile() && !kept.has(relative(DIST, path))) await rm(path);
  }
}

function report(manifest) {
  for (const [name, { size, br }] of Object.entries(manifest)) {
    console.log(`${name.padEnd(34)} ${String(size).padStart(7)} B ${br === null ? "" : `${String(br).padStart(7)} B br`}`);
  }
  console.log(`built in ${Math.round(performance.now() - started)} ms`);
}
