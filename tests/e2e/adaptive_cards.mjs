// Renders Adaptive Cards with Microsoft's own renderer in headless Chromium, and prints its complaints as JSON.
// usage: node adaptive_cards.mjs CARDS.json FOLDER-FOR-PICTURES (cards by name)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.E2E_MODULES, "x.js"));
const { chromium } = require("playwright-core");
const script = path.join(process.env.E2E_MODULES, "adaptivecards", "dist", "adaptivecards.min.js");

const [source, pictures] = process.argv.slice(2);
const cards = JSON.parse(readFileSync(source, "utf-8"));

const palette = {
  light: { ground: "#ffffff", text: "#242424", subtle: "#616161", accent: "#5b5fc7", good: "#13612f", attention: "#b3261e", line: "#d1d1d1", page: "#f5f5f5" },
  dark: { ground: "#292929", text: "#ffffff", subtle: "#adadad", accent: "#9299f7", good: "#92c353", attention: "#f9526b", line: "#525252", page: "#1f1f1f" },
};

function hostConfig(theme) {
  const colors = palette[theme];
  const pair = (color) => ({ default: color, subtle: color });
  const foregroundColors = {
    default: { default: colors.text, subtle: colors.subtle },
    accent: pair(colors.accent),
    good: pair(colors.good),
    attention: pair(colors.attention),
    warning: pair(colors.attention),
  };
  return {
    fontFamily: "'Segoe UI', 'DejaVu Sans', sans-serif",
    fontSizes: { small: 12, default: 14, medium: 16, large: 20, extraLarge: 26 },
    fontWeights: { lighter: 200, default: 400, bolder: 600 },
    spacing: { small: 4, default: 8, medium: 12, large: 20, extraLarge: 28, padding: 16 },
    separator: { lineThickness: 1, lineColor: colors.line },
    containerStyles: { default: { backgroundColor: colors.ground, foregroundColors }, emphasis: { backgroundColor: colors.page, foregroundColors } },
    actions: { maxActions: 6, actionsOrientation: "horizontal", actionAlignment: "left", buttonSpacing: 8 },
  };
}

const style = (theme) => {
  const colors = palette[theme];
  return `body { margin: 0; padding: 12px; background: ${colors.page}; color: ${colors.text}; }
    #card { border: 1px solid ${colors.line}; border-radius: 6px; overflow: hidden; background: ${colors.ground}; }
    .ac-pushButton { font: 600 13px 'Segoe UI', 'DejaVu Sans', sans-serif; padding: 5px 12px; border-radius: 4px; margin: 2px 0;
      background: transparent; color: ${colors.text}; border: 1px solid ${colors.line}; }
    .ac-actionSet { flex-wrap: wrap; }`;
};

const browser = await chromium.launch({ executablePath: process.env.E2E_CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const seen = {};
for (const [theme, width, scale] of [["light", 760, 1], ["dark", 390, 2]]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, deviceScaleFactor: scale });
  const page = await context.newPage();
  await page.setContent(`<style>${style(theme)}</style><div id="card"></div>`);
  await page.addScriptTag({ path: script });
  for (const [name, card] of Object.entries(cards)) {
    const told = await page.evaluate(
      ([json, config]) => {
        const card = new AdaptiveCards.AdaptiveCard();
        card.hostConfig = new AdaptiveCards.HostConfig(config);
        const context = new AdaptiveCards.SerializationContext();
        card.parse(json, context);
        const place = document.getElementById("card");
        place.replaceChildren(card.render());
        const complaints = [];
        for (let i = 0; i < context.eventCount; i++) complaints.push(context.getEventAt(i).message);
        return { complaints, overflow: document.documentElement.scrollWidth - window.innerWidth, text: place.innerText.length };
      },
      [card, hostConfig(theme)],
    );
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    if (process.env.E2E_SHOOT !== "0") await page.screenshot({ path: path.join(pictures, `${name}-${theme}.png`), fullPage: true });
    seen[name] = { ...(seen[name] ?? {}), [theme]: told };
  }
  await context.close();
}
await browser.close();
console.log(JSON.stringify(seen));
