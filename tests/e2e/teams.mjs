// Drives Microsoft's client for trying bots in headless Chromium as a person would, and prints what it saw as JSON.
// usage: node teams.mjs CLIENT-URL BOT-URL FOLDER-FOR-PICTURES
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.E2E_MODULES, "x.js"));
const { chromium } = require("playwright-core");

const [client, bot, pictures] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.E2E_CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const page = await (await browser.newContext({ viewport: { width: 1500, height: 1000 } })).newPage();
const seen = { complaints: [] };
page.on("pageerror", (error) => seen.complaints.push(String(error)));
page.setDefaultTimeout(20000);

const shot = (name) => page.screenshot({ path: path.join(pictures, `${name}.png`) });
const there = (text) => page.getByText(text, { exact: false }).last().waitFor({ state: "attached" });
const count = (text) => page.getByText(text, { exact: false }).count();
const pictured = () =>
  page.waitForFunction(() => [...document.querySelectorAll(".ac-image img, .ac-adaptiveCard img")].every((image) => image.complete && image.naturalWidth > 0));

async function say(text) {
  await page.locator("[contenteditable=true]").first().pressSequentially(text);
  await page.getByRole("button", { name: "Send Message" }).click();
}

await page.goto(client);
await there("To stop me");
seen.welcome = await count("What can I ask?");
await page.waitForTimeout(500);
await shot("teams-welcome");

await say("/ai-usage sales");
await there("Engineering has 9.2 messages a session");
await pictured();
seen.pictures = await page.evaluate(() =>
  [...document.querySelectorAll(".ac-adaptiveCard img")].map((image) => [image.naturalWidth, image.alt.length]),
);
await page.waitForTimeout(500);
await shot("teams-sales");

await say("licenses");
await there("Seats and spend by department");
await pictured();
await page.waitForTimeout(500);
await shot("teams-licenses");

await say("digest");
await there("Set GPT-4o as the workspace default");
await pictured();
await page.waitForTimeout(500);
await shot("teams-overview");
const snooze = page.getByRole("button", { name: "Snooze 4 weeks" });
seen.before = await snooze.count();
await snooze.first().click();
await there("Snoozed for 4 weeks");
await page.waitForTimeout(800);
await page.getByText("Snoozed for 4 weeks").last().scrollIntoViewIfNeeded();
seen.after = await page.getByRole("button", { name: "Snooze 4 weeks" }).count();
await shot("teams-snoozed");

await page.getByRole("button", { name: "Sales in detail" }).last().click();
await page.waitForFunction(() => document.body.innerText.split("Engineering has 9.2 messages a session").length > 2);
seen.asked = true;

const views = page.getByRole("button", { name: "Prompts", exact: true });
const proactive = await page.request.post(`${bot}/e2e/digest`);
seen.proactive = await proactive.json();
await views.last().waitFor();
await pictured();
await page.waitForTimeout(800);
await views.last().scrollIntoViewIfNeeded();
await shot("teams-digest");

await page.locator('[aria-label="My Team - General"]').first().click();
await there("remove the app from the team");
await page.locator("[contenteditable=true]").first().pressSequentially("@Test");
await page.getByRole("menuitem", { name: "Test Bot" }).click();
await page.locator("[contenteditable=true]").first().pressSequentially("/ai-usage models");
await page.getByRole("button", { name: "Post" }).last().click();
await there("61% of sessions on GPT-4o or above");
await pictured();
await page.waitForTimeout(800);
await shot("teams-channel");
seen.channel = true;

await browser.close();
console.log(JSON.stringify(seen));
