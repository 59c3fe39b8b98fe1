// Visits every page of pages.mjs on a running demonstration (RACCORDO_URL), in both languages and at both window sizes.
// Screenshots of what was seen stay in web/test-results/<persona>/<language>/.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { enter, fitsTheWindow, hasOneHeading, isAccessible, launch, leadsToItsErrors, newContext, open, sizes, watch, worksByKeyboard } from "./browser.mjs";
import { pages } from "./pages.mjs";

const base = process.env.RACCORDO_URL;
assert.ok(base, "set RACCORDO_URL to the address of a running demonstration, for example http://127.0.0.1:8080");
const results = fileURLToPath(new URL("../test-results/", import.meta.url));

// Two visitors at a time, each with a browser of its own, because one visitor mostly waits for the next answer of its browser.
describe("pages", { concurrency: 2 }, () => {
  for (const [persona, entries] of Object.entries(pages)) {
    for (const lang of ["it", "en"]) {
      describe(`${persona}, ${lang}`, () => {
        let browser;
        let context;
        let plain;
        const pictures = join(results, persona, lang);

        before(async () => {
          mkdirSync(pictures, { recursive: true });
          browser = await launch();
          context = await enter(browser, base, persona, lang);
          plain = await newContext(browser, base, lang, { javaScriptEnabled: false, storageState: await context.storageState(), viewport: sizes[390] });
        });
        after(() => browser?.close());

        for (const entry of entries.map(asEntry)) {
          const name = nameOf(entry);

          for (const [width, viewport] of Object.entries(sizes)) {
            test(`${name} at ${width} px`, async () => {
              const page = await context.newPage();
              try {
                await page.setViewportSize(viewport);
                const faults = watch(page, base, entry.status);
                await open(page, entry);
                await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
                await hasOneHeading(page, lang);
                await fitsTheWindow(page);
                if (entry.press ?? entry.refused) await leadsToItsErrors(page);
                await isAccessible(page);
                await worksByKeyboard(page, { skipLinkFirst: !(entry.press ?? entry.refused) });
                assert.deepEqual(faults, []);
              } finally {
                await page.close();
              }
            });
          }

          test(`${name} without scripts`, async () => {
            const page = await plain.newPage();
            try {
              await open(page, entry);
              await hasOneHeading(page, lang);
              const navigation = page.locator("#navigation a").first();
              if (await navigation.count()) assert.ok(await navigation.isVisible(), "the navigation shows without scripts");
            } finally {
              await page.close();
            }
          });
        }
      });
    }
  }
});

function asEntry(line) {
  return typeof line === "string" ? { path: line } : line;
}

function nameOf({ name, path, from }) {
  return name ?? ((path ?? from).replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "home");
}
