// Uses local-slack in headless Chromium as a person would, and prints what it saw as JSON.
// usage: node slack.mjs URL FOLDER-FOR-PICTURES
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
const page = await (await browser.newContext({ viewport: { width: 1300, height: 1100 } })).newPage();
page.setDefaultTimeout(20000);
const seen = {};

const shot = (name) => page.screenshot({ path: path.join(pictures, `${process.env.E2E_NAME}-${name}.png`) });
async function say(text) {
  await page.fill("textarea.composer-input", text);
  await page.click("button.composer-send");
}
const shown = (text) => page.locator(".messages .msg", { hasText: text }).last();
async function dump(name) { require("node:fs").writeFileSync(path.join(pictures, `${process.env.E2E_NAME}-${name}.html`), await page.evaluate(() => document.getElementById("root").innerHTML)); }

await page.goto(url);
await page.click("button.sidebar-item:has-text('general')");
await page.waitForTimeout(1000);
await shot("digest"); await dump("digest");

await say("/ai-usage sales");
await page.waitForTimeout(6000);
await shot("command"); await dump("command");
await page.locator("button", { hasText: "Done" }).first().click();
await page.waitForTimeout(4000);
await shot("modal"); await dump("modal");
await browser.close();
console.log(JSON.stringify(seen));
