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
page.setDefaultTimeout(30000);
const seen = {};

const shot = (name) => page.screenshot({ path: path.join(pictures, `${process.env.E2E_NAME}-${name}.png`) });
const messages = page.locator(".messages .msg");
const button = (within, name) => within.getByRole("button", { name, exact: true });

async function say(text) {
  await page.fill("textarea.composer-input >> nth=0", text);
  await page.click("button.composer-send >> nth=0");
}

async function open(name) {
  await page.click(`button.sidebar-item:has-text('${name}')`);
}

try {
  await page.goto(url);
  await open("general");
  const digest = messages.first();
  await digest.locator(".thread-summary").waitFor();
  seen.digest = await digest.innerText();
  await shot("digest");

  // a command, answered to the asker with its picture
  await say("/ai-usage sales");
  const answer = messages.filter({ hasText: "Sales · Overview" }).last();
  await button(answer, "Share to channel").waitFor();
  seen.answer = await answer.innerText();
  await shot("command");

  // shared only after its warning was read
  await button(answer, "Share to channel").click();
  const warning = messages.filter({ hasText: "For all to see?" }).last();
  await button(warning, "Share all the same").click();
  await messages.filter({ hasText: "Shared by" }).last().waitFor();
  await shot("shared");

  // a form, filled in and submitted
  await button(digest, "Assign to me").first().click();
  const form = page.locator(".modal");
  await button(form, "Take it").waitFor();
  seen.form = await form.innerText();
  await form.locator("input[type=date]").fill("2099-01-01");
  await shot("form");
  await button(form, "Take it").click();
  await form.waitFor({ state: "detached" });

  // an explanation
  await button(digest, "Explain").first().click();
  const explained = messages.filter({ hasText: "Complete weeks looked at" }).last();
  await explained.waitFor();
  await shot("explained");

  // what goes wrong is told with a reference
  await say("/ai-usage break");
  const apology = messages.filter({ hasText: "that did not work" }).last();
  await apology.waitFor();
  seen.apology = await apology.innerText();

  // a mention, answered in its thread
  await say("<@U0BOT000001> how is sales doing?");
  const mention = messages.filter({ hasText: "how is sales doing?" }).last();
  await mention.locator(".thread-summary").click();
  await page.getByText("Sales · Overview").last().waitFor();
  await shot("mention");

  // the Home tab, then a direct message, answered in its thread
  await open("ai-usage");
  await page.getByText("Your open actions").waitFor();
  seen.home = await page.locator("main").innerText();
  await shot("home");
  await open("asker");
  await say("which departments lead?");
  await messages.filter({ hasText: "which departments lead?" }).last().locator(".thread-summary").click();
  const direct = page.locator(".msg", { hasText: "Departments by sessions" }).last();
  await direct.waitFor();
  seen.direct = await direct.innerText();
  await shot("message");
} catch (error) {
  await shot("failed");
  throw error;
}
await browser.close();
console.log(JSON.stringify(seen));
