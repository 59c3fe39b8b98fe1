// Checks that every page has to pass in a real Chromium. pages.test.mjs decides which pages are checked.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Window sizes: a desk and a telephone. */
export const sizes = { 1280: { width: 1280, height: 900 }, 390: { width: 390, height: 844 } };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--font-render-hinting=none"],
  });
}

/** A visitor whose browser asks for `lang`. */
export function newContext(browser, base, lang, options) {
  return browser.newContext({ baseURL: base, locale: lang === "it" ? "it-IT" : "en-GB", timezoneId: "Europe/Rome", ...options });
}

/** Signs in through the demonstration's sign-in page and chooses the language, as a person would. */
export async function enter(browser, base, persona, lang) {
  const context = await newContext(browser, base, lang, { reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto("/sign-in");
  if (persona !== "anonymous") {
    await page.locator(`form[data-persona="${persona}"] button`).click();
    await page.locator('form[action="/sign-out"]').waitFor({ state: "attached" });
  }
  if ((await page.locator("html").getAttribute("lang")) !== lang) {
    await page.locator('form[action="/language"] button').click();
    await page.locator(`html[lang="${lang}"]`).waitFor();
  }
  await page.close();
  return context;
}

/** Opens an entry of pages.mjs and checks its status. Links are followed once; `entry.found` keeps where they lead. */
export async function open(page, entry) {
  let response = await page.goto(entry.found ?? entry.path ?? entry.from);
  if (!entry.found) {
    for (const link of [entry.link ?? []].flat()) response = await follow(page, link);
    entry.found = page.url();
  }
  if (entry.press) response = await follow(page, entry.press);
  assert.equal(response.status(), entry.status ?? 200, `${page.url()} answered ${response.status()}`);
}

async function follow(page, selector) {
  // Both together, so that a link that is not there fails this page only.
  const [response] = await Promise.all([
    page.waitForResponse((answer) => answer.request().isNavigationRequest() && answer.status() !== 303),
    page.locator(selector).first().click(),
  ]);
  await page.waitForLoadState("load");
  return response;
}

/** Collects faults from now on: console errors, refused resources, requests to other hosts. The function it returns
 *  takes those found so far, for a page that answered `expectedStatus`. */
export function watch(page, base) {
  let faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== new URL(base).origin) faults.push(`request to ${url.origin}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) faults.push(`${response.status()} ${response.url()}`);
  });
  return (expectedStatus = 200) => {
    const found = faults;
    faults = [];
    // Chromium logs the page's own 404 or 422 as a failed resource; its status is checked by `open`.
    const ownStatus = (fault) => expectedStatus !== 200 && fault.startsWith("console: ") && fault.includes(`status of ${expectedStatus}`);
    return found.filter((fault) => !ownStatus(fault));
  };
}

export async function hasOneHeading(page, lang) {
  assert.equal(await page.locator("h1").count(), 1, "one h1");
  assert.equal(await page.locator("html").getAttribute("lang"), lang);
  assert.match(await page.title(), /\S.* · Raccordo$/);
}

/** Runs every rule of axe. Only violations are described, which takes half the time of describing what passed as well. */
export async function isAccessible(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }), rules);
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}\n    ${node.html.slice(0, 200)}\n    ${node.failureSummary}`));
  assert.deepEqual(found, []);
}

export async function fitsTheWindow(page) {
  const excess = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 1);
    return { by: document.documentElement.scrollWidth - width, elements: wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120)) };
  });
  assert.ok(excess.by <= 0, `${excess.by} px too wide: ${excess.elements.join("\n")}`);
}

/** Checks that a page is at most ten telephone screens long. Longer lists are paged or folded. */
export async function isShort(page) {
  const screens = (await page.evaluate(() => document.documentElement.scrollHeight)) / sizes[390].height;
  assert.ok(screens <= 10, `${screens.toFixed(1)} screens long`);
}

/** Walks the page with the Tab key: the skip link comes first, everything is reached, the focus always shows. */
export async function worksByKeyboard(page, { skipLinkFirst }) {
  const total = await page.evaluate(() => {
    // The next Tab begins at the head of the page, wherever an earlier walk ended.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    const all = [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type="hidden"]), [tabindex="0"]')];
    // Closed menus are not visible; of a group of radio buttons Tab reaches one.
    const groups = new Set();
    window.stops = all.filter((element) => {
      if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) return false;
      if (element.type !== "radio") return true;
      const group = document.querySelector(`input[name="${element.name}"]:checked`) ?? document.querySelector(`input[name="${element.name}"]`);
      return group === element && !groups.has(element.name) && groups.add(element.name);
    });
    return window.stops.length;
  });
  if (skipLinkFirst) {
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      return { href: element.getAttribute("href"), shown: box.width > 20 && box.height > 20 && box.top >= 0 };
    });
    assert.deepEqual(first, { href: "#content", shown: true }, "the first Tab reaches the skip link");
  }
  // The page itself looks at each stop, just before the next press leaves it, because asking it after every press takes
  // as long as the press. Presses come in groups, because only the page knows when everything was reached.
  await page.evaluate(() => {
    window.reached = new Set();
    window.unseen = new Set();
    window.lookAtStop = () => {
      const element = document.activeElement;
      const index = window.stops.indexOf(element);
      if (index < 0) return;
      window.reached.add(index);
      const style = getComputedStyle(element);
      // Either a line that is not transparent (a computed colour is rgb(r, g, b) or rgba(r, g, b, a)), or the kit's ring, which is a shadow that spreads without blur.
      const line = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !/^rgba\(.*, 0\)$/.test(style.outlineColor);
      const ring = /0px 0px 0px [2-9]px/.test(style.boxShadow);
      const box = element.getBoundingClientRect();
      if (!((line || ring) && box.width > 0 && box.bottom > 0 && box.top < innerHeight)) window.unseen.add(element.outerHTML.slice(0, 120));
    };
    document.addEventListener("keydown", window.lookAtStop, { capture: true });
  });
  // A date field takes several presses, hence the generous bound.
  let left = total;
  for (let pressed = 0; pressed < total * 5 + 10 && left > 0; ) {
    // Together, as a key held down: waiting for the answer to each press takes five times as long as the press.
    await Promise.all(Array.from({ length: left }, () => page.keyboard.press("Tab")));
    pressed += left;
    left = await page.evaluate(() => {
      window.lookAtStop();
      return window.stops.length - window.reached.size;
    });
  }
  const { missed, unseen } = await page.evaluate(() => {
    document.removeEventListener("keydown", window.lookAtStop, { capture: true });
    document.activeElement?.blur();
    return { missed: window.stops.filter((_, index) => !window.reached.has(index)).map((element) => element.outerHTML.slice(0, 120)), unseen: [...window.unseen] };
  });
  assert.deepEqual(missed, [], "everything is reached with Tab");
  assert.deepEqual(unseen, [], "the focus shows wherever it goes");
}

/** Checks that after a refused form the focus is on the error summary, and that each of its lines leads to a field. */
export async function leadsToItsErrors(page) {
  const summary = page.locator("[data-error-summary]");
  assert.ok(await summary.evaluate((element) => element === document.activeElement), "the error summary has the focus");
  const lost = await summary.locator('a[href^="#"]').evaluateAll((links) => links.map((link) => link.hash).filter((hash) => !document.querySelector(hash)));
  assert.deepEqual(lost, [], "every line of the summary leads to a field");
}
