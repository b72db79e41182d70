// Draws Slack messages as Slack does, by a renderer nobody here wrote, in headless Chromium.
// usage: node slack_look.mjs MESSAGES.json FOLDER
// MESSAGES.json: [{"name": "sales", "messages": [{"text": …, "blocks": […]}], "pictures": {"F…": "/path/to.png"}}]
// Writes FOLDER/<name>-<theme>-<width>.png, and prints as JSON what stands out of its place.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.E2E_MODULES, "x.js"));
const { chromium } = require("playwright-core");
const React = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const { Message } = require("slack-blocks-to-jsx");

const [file, folder] = process.argv.slice(2);
const style = fs.readFileSync(path.join(path.dirname(require.resolve("slack-blocks-to-jsx")), "style.css"), "utf8");
const ICON =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" fill="#0067A8"/>' +
      '<path d="M9 26V18M18 26V10M27 26V14" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>',
  );
const GROUNDS = { light: ["#FFFFFF", "#1D1C1D"], dark: ["#1A1D21", "#D1D2D3"] };

// what the renderer lacks: pictures by file id; it knows no other tables than "table" with raw_text
function shown(block, pictures) {
  if (block.type === "image" && block.slack_file) {
    const picture = fs.readFileSync(pictures[block.slack_file.id]).toString("base64");
    return { ...block, slack_file: undefined, image_url: `data:image/png;base64,${picture}` };
  }
  if (block.type === "data_table") return { ...block, type: "table" };
  return block;
}

function page({ messages, pictures }, theme) {
  const [ground, ink] = GROUNDS[theme];
  const told = messages.map((message, number) =>
    renderToStaticMarkup(
      React.createElement(Message, {
        blocks: message.blocks.map((block) => shown(block, pictures)),
        logo: ICON,
        name: "AI usage",
        time: new Date("2026-03-02T09:00:00Z"),
        className: number === 0 ? "main" : "reply",
      }),
    ),
  );
  return (
    `<!doctype html><meta charset="utf-8"><style>${style}</style>` +
    `<style>*{font-family:Lato,sans-serif !important}body{margin:0;padding:12px;background:${ground};color:${ink}}` +
    // long words break, and wide tables scroll by themselves in Slack
    "body{overflow-wrap:break-word}html{overflow-x:hidden}:has(>table){overflow-x:auto;max-width:100%}.slack_blocks_to_jsx *{min-width:0}" +
    ".thread{margin-top:12px;border-top:1px solid #8884;padding-top:12px}</style>" +
    `<body><div data-theme="${theme}">${told.map((each, n) => (n === 0 ? each : `<div class="thread">${each}</div>`)).join("")}</div></body>`
  );
}

const browser = await chromium.launch({
  executablePath: process.env.E2E_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const widths = (process.env.E2E_WIDTHS || "390,760").split(",").map(Number);
const themes = (process.env.E2E_THEMES || "light,dark").split(",");
const seen = {};
for (const each of JSON.parse(fs.readFileSync(file, "utf8"))) {
  for (const theme of themes) {
    for (const width of widths) {
      const context = await browser.newContext({ viewport: { width, height: 844 }, deviceScaleFactor: 2 });
      const sheet = await context.newPage();
      await sheet.setContent(page(each, theme), { waitUntil: "load" });
      const name = `${each.name}-${theme}-${width}`;
      seen[name] = await sheet.evaluate(() => ({
        height: document.documentElement.scrollHeight,
        wide: [...document.querySelectorAll("body *")]
          .filter((each) => !each.closest(":has(>table)") && each.getBoundingClientRect().right > window.innerWidth + 1)
          .map((each) => each.textContent.slice(0, 80)),
        images: [...document.images].map((image) => image.naturalWidth),
        words: document.body.innerText,
      }));
      await sheet.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
      await context.close();
    }
  }
}
await browser.close();
console.log(JSON.stringify(seen));
