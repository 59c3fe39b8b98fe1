// Forms: a double click sends once, a change of language keeps what was typed, a notice appears before the sign-in ends, and no typed
// text is lost after it.
// Screenshots stay in web/test-results/forms/.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { enter, fitsTheWindow, hasOneHeading, isAccessible, launch, sizes } from "./browser.mjs";

const base = process.env.RACCORDO_URL;
assert.ok(base, "set RACCORDO_URL to the address of a running demonstration");
const pictures = fileURLToPath(new URL("../test-results/forms/", import.meta.url));

describe("forms", () => {
  let browser;
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    browser = await launch();
  });
  after(() => browser?.close());

  async function signedIn() {
    return enter(browser, base, "secretariat", "it");
  }

  async function look(page, name) {
    for (const [width, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(pictures, `${name}-${width}.jpeg`), quality: 80, fullPage: true });
      await fitsTheWindow(page);
    }
    await isAccessible(page);
  }

  async function draft(page, title) {
    await page.goto("/meetings/new");
    await page.fill("[name=title]", title);
    await page.fill("[name=day]", "2029-09-12");
    await page.fill("[name=starts]", "09:30");
    await page.fill("[name=ends]", "11:00");
    await page.check("[name=mode][value=in_person]");
    await page.fill("[name=place]", "Sala 5");
  }

  test("a double click sends a form once, and its button is off meanwhile", async () => {
    const context = await signedIn();
    const page = await context.newPage();
    await draft(page, "Doppio clic");
    let posts = 0;
    await page.route("**/meetings/new", async (route) => {
      posts += route.request().method() === "POST";
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    const button = page.locator("main form .rc-form-actions button");
    // Both clicks before the answer: Playwright's own second click would wait for the page that follows.
    const isOff = await button.evaluate((pressed) => {
      pressed.click();
      pressed.click();
      return new Promise((resolve) => setTimeout(() => resolve(pressed.disabled), 50));
    });
    assert.ok(isOff, "off while it is sent");
    await page.waitForURL(/\/meetings\/[0-9a-f-]{36}$/);
    assert.equal(posts, 1);
    await page.goBack();
    await button.waitFor();
    assert.ok(await button.isEnabled(), "whoever goes back may press");
    await context.close();
  });

  test("what was typed goes along when the language is changed, and is kept no longer", async () => {
    const context = await signedIn();
    const page = await context.newPage();
    await draft(page, "Indice comune");
    await page.locator('form[action="/language"] button').click();
    await page.locator('html[lang="en"]').waitFor();
    const shown = async () => [await page.inputValue("[name=title]"), await page.inputValue("[name=day]"), await page.isChecked("[name=mode][value=in_person]")];
    assert.deepEqual(await shown(), ["Indice comune", "2029-09-12", true]);
    await page.goto("/meetings/new");
    assert.deepEqual(await shown(), ["", "", false], "another visit begins empty");
    await context.close();
  });

  test("five minutes before the sign-in ends there is a notice with a way to stay", async () => {
    const context = await signedIn();
    const page = await context.newPage();
    await page.clock.install();
    await draft(page, "Prima della fine");
    await page.focus("[name=place]");
    const notice = page.locator("[data-session-notice]");
    assert.ok(await notice.isHidden());
    await page.clock.fastForward("24:30");
    assert.ok(await notice.isHidden(), "not yet");
    await page.clock.fastForward("01:00");
    assert.ok(await notice.isVisible());
    assert.match(await notice.innerText(), /Minuti che restano: 5/);
    await look(page, "notice");
    await page.locator("[data-session-stay]").click();
    await notice.waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.name), "place", "the reader is where they were");
    assert.equal(await page.inputValue("[name=title]"), "Prima della fine");
    await page.clock.fastForward("31:00");
    assert.ok(await page.locator("[data-session-over]").isVisible());
    await look(page, "over");
    await context.close();
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`what was typed comes back after signing in again, ${javaScriptEnabled ? "with" : "without"} scripts`, async () => {
      const before = await signedIn();
      const context = await browser.newContext({ baseURL: base, locale: "it-IT", reducedMotion: "reduce", javaScriptEnabled, storageState: await before.storageState() });
      const page = await context.newPage();
      await draft(page, "Scritto a lungo");
      await context.clearCookies();
      await page.locator("main form .rc-form-actions button").click();
      await page.getByRole("heading", { name: "L’accesso è terminato" }).waitFor();
      if (javaScriptEnabled) {
        await hasOneHeading(page, "it");
        await look(page, "kept");
      }
      const [beside] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: /si apre in un’altra scheda/ }).click()]);
      await beside.locator('form[data-persona="secretariat"] button').click();
      await beside.getByRole("heading", { name: "Accesso effettuato" }).waitFor();
      if (javaScriptEnabled) {
        await look(beside, "signed-in");
        await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      } else {
        await page.getByRole("button", { name: "Riprendi" }).click();
      }
      await page.getByRole("heading", { name: "Ecco quello che aveva scritto" }).waitFor();
      assert.equal(await page.inputValue("[name=title]"), "Scritto a lungo");
      if (javaScriptEnabled) await look(page, "resumed");
      await page.locator("main form .rc-form-actions button").click();
      await page.waitForURL(/\/meetings\/[0-9a-f-]{36}$/);
      await before.close();
      await context.close();
    });
  }
});
