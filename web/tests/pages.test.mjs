// Visits every page of pages.mjs on a running demonstration (RACCORDO_URL), in both languages and at both window sizes.
// Screenshots of what was seen stay in web/test-results/<persona>/<language>/.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { enter, fitsTheWindow, hasOneHeading, isAccessible, isShort, launch, leadsToItsErrors, newContext, open, sizes, watch, worksByKeyboard } from "./browser.mjs";
import { pages } from "./pages.mjs";

const base = process.env.RACCORDO_URL;
assert.ok(base, "set RACCORDO_URL to the address of a running demonstration, for example http://127.0.0.1:8080");
const results = fileURLToPath(new URL("../test-results/", import.meta.url));

// Four visitors at a time, each with a browser of its own, because one visitor mostly waits for the next answer of its
// browser. A visitor has one tab, and loads every page once for both window sizes.
describe("pages", { concurrency: 4 }, () => {
  for (const [persona, lines] of Object.entries(pages)) {
    const entries = lines.map(asEntry);
    for (const lang of ["it", "en"]) {
      describe(`${persona}, ${lang}`, { concurrency: 1 }, () => {
        let browser;
        let page;
        let plain;
        let takeFaults;
        const pictures = join(results, persona, lang);

        before(async () => {
          mkdirSync(pictures, { recursive: true });
          browser = await launch();
          const context = await enter(browser, base, persona, lang);
          page = await context.newPage();
          takeFaults = watch(page, base);
          const withoutScripts = await newContext(browser, base, lang, { javaScriptEnabled: false, storageState: await context.storageState(), viewport: sizes[390] });
          plain = await withoutScripts.newPage();
        });
        after(() => browser?.close());

        for (const entry of entries) {
          const name = nameOf(entry);

          test(name, async (visit) => {
            await page.setViewportSize(sizes[1280]);
            await open(page, entry);
            await hasOneHeading(page, lang);
            if (entry.press ?? entry.refused) await leadsToItsErrors(page);
            for (const width of [1280, 390]) {
              await visit.test(`at ${width} px`, async () => {
                await page.setViewportSize(sizes[width]);
                await page.screenshot({ path: join(pictures, `${name}-${width}.jpeg`), quality: 80, fullPage: true });
                await fitsTheWindow(page);
                if (width === 390) await isShort(page);
                await isAccessible(page);
                await worksByKeyboard(page, { skipLinkFirst: !(entry.press ?? entry.refused) });
              });
            }
            assert.deepEqual(takeFaults(entry.status), []);
          });

          test(`${name} without scripts`, async () => {
            await open(plain, entry);
            await hasOneHeading(plain, lang);
            const navigation = plain.locator("#navigation a").first();
            if (await navigation.count()) assert.ok(await navigation.isVisible(), "the navigation shows without scripts");
          });
        }
      });
    }
  }
});

function asEntry(line) {
  return typeof line === "string" ? { path: line } : { ...line };
}

function nameOf({ name, path, from }) {
  return name ?? ((path ?? from).replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "home");
}
