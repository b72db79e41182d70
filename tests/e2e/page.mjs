// Drives the chat page in headless Chromium as a person would, and prints what it saw as JSON.
// usage: node page.mjs URL FOLDER-FOR-PICTURES
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.E2E_MODULES, "x.js"));
const { chromium } = require("playwright-core");

const [url, pictures] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.E2E_CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const seen = { complaints: [] };

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") seen.complaints.push(message.text());
  });
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  await page.goto(url);
  return page;
}

const shot = (page, name, whole = true) => page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: whole });
const answered = (page, count) => page.waitForFunction((n) => document.querySelectorAll(".exchange:not(.pending)").length === n, count);
const pictureShown = (page) =>
  page.waitForFunction(() => [...document.querySelectorAll("#last img")].every((image) => image.complete && image.naturalWidth > 0));

// by keyboard only
let page = await open({ viewport: { width: 1100, height: 900 } });
await page.waitForLoadState("networkidle");
await shot(page, "opening");
seen.focus = await page.evaluate(() => document.activeElement.id);
await page.keyboard.type("sales");
await page.keyboard.press("Enter");
await answered(page, 1);
await pictureShown(page);
seen.asked = await page.textContent("#last .asked");
seen.title = await page.textContent("#last .card h2");
seen.picture = await page.evaluate(() => document.querySelector("#last img").naturalWidth);
seen.alt = await page.getAttribute("#last img", "alt");
seen.focusAfter = await page.evaluate(() => document.activeElement.id);
seen.log = await page.evaluate(() => {
  const log = document.getElementById("log");
  return [log.getAttribute("role"), log.getAttribute("aria-live"), log.getAttribute("aria-busy")];
});
await page.waitForTimeout(600);
await shot(page, "sales-seen", false);
await shot(page, "sales");

// a card's button, then what cannot be answered
await page.click("#last form.ask button");
await answered(page, 2);
await page.fill("#q", "break");
await page.keyboard.press("Enter");
await answered(page, 3);
seen.broken = await page.textContent("#last .card");
await page.reload();
seen.history = await page.locator(".exchange").count();

// tab order reaches everything, and everything has a name
seen.nameless = await page.evaluate(() =>
  [...document.querySelectorAll("a, button, input, summary, [tabindex]")]
    .filter((each) => !(each.textContent.trim() || each.labels?.length || each.getAttribute("aria-label")))
    .map((each) => each.outerHTML),
);
await page.context().close();

// a phone, in the dark
page = await open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: "dark", hasTouch: true, isMobile: true });
await page.waitForLoadState("networkidle");
await shot(page, "phone-opening", false);
await page.tap(".chips button >> nth=0");
await answered(page, 1);
await pictureShown(page);
await page.waitForTimeout(600);
await shot(page, "phone-dark", false);
await shot(page, "phone-dark-whole");
seen.overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
seen.darkPicture = await page.evaluate(() => document.querySelector("#last img").currentSrc);
seen.lightPicture = await page.evaluate(() => document.querySelector("#last img").src);
seen.ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
await page.goto(`${url}/digest`);
await page.waitForLoadState("networkidle");
await shot(page, "phone-digest");
seen.digestOverflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
await page.context().close();

// without script
page = await open({ viewport: { width: 1100, height: 900 }, javaScriptEnabled: false });
await page.fill("#q", "sales");
await page.click(".question button");
await page.waitForLoadState("networkidle");
seen.withoutScript = await page.locator("#last .card h2").textContent();
await shot(page, "without-script", false);
const button = page.locator("#last form.ask button").first();
if ((await button.count()) > 0) {
  await button.click();
  await page.waitForLoadState("networkidle");
}
seen.withoutScriptAsked = await page.locator(".exchange").count();
await page.context().close();

await browser.close();
console.log(JSON.stringify(seen));
