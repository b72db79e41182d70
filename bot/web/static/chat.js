// Asks without leaving the page. Without script the same forms work by themselves.
"use strict";

const log = document.getElementById("log");
const input = document.getElementById("q");
const status = document.getElementById("status");

function show(section) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  section.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

function pending(question) {
  const section = document.createElement("section");
  section.className = "exchange pending";
  const asked = document.createElement("p");
  asked.className = "asked";
  asked.dir = "auto";
  asked.textContent = question || "overview";
  section.append(asked);
  return section;
}

async function ask(question) {
  document.getElementById("last")?.removeAttribute("id");
  const waiting = pending(question);
  // what is asked need not be read out to who typed it: the log announces the answer
  log.setAttribute("aria-busy", "true");
  log.append(waiting);
  show(waiting);
  status.textContent = "Looking…";
  try {
    const answer = await fetch("/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ q: question }),
    });
    if (answer.status === 401) {
      window.location.reload();
      return;
    }
    if (!(answer.headers.get("Content-Type") || "").startsWith("text/html")) {
      throw new Error(String(answer.status));
    }
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const section = template.content.firstElementChild;
    waiting.replaceWith(section);
    status.textContent = "";
    show(section);
  } catch {
    waiting.remove();
    status.textContent = "The bot does not answer. Is it still running?";
    if (input.value === "") input.value = question;
  } finally {
    log.removeAttribute("aria-busy");
  }
}

if (log && input) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const own = form.matches("[data-ask], form.ask");
    if (!own) return;
    event.preventDefault();
    const pressed = event.submitter && event.submitter.name === "q" ? event.submitter.value : null;
    const question = (pressed ?? input.value).trim();
    if (pressed === null) {
      if (question === "") {
        input.focus();
        return;
      }
      input.value = "";
    }
    ask(question);
  });
  // the cursor is where people expect it, but no keyboard jumps up on a phone
  if (window.matchMedia("(hover: hover)").matches) input.focus({ preventScroll: true });
}
