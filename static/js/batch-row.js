// One row of a batch: its answer as a conversation shows it, drawn again with what comes while the row runs; the request and
// its code in a dialog.
import { watchCodeButtons } from "./code-buttons.js";
import { parse, toast } from "./dom.js";
import { gettext } from "./language.js";
import { MarkdownView } from "./markdown.js";
import { withReferences } from "./references.js";

const dialog = document.querySelector("#details-dialog");
let drawn = null; // what shows the answer, and where

watchCodeButtons();
draw();
document.addEventListener("htmx:after:swap", draw);

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.details) open(button.dataset.details);
  else if (button?.dataset.path) drawn?.view.then((view) => view.reveal?.(button.dataset.path));
});

function draw() {
  const answer = document.querySelector("[data-answer]");
  if (!answer) return;
  const body = answer.querySelector("[data-body]");
  const text = withReferences(answer.querySelector('[data-source="content"]').textContent, answer);
  if (drawn?.body !== body) drawn = { body, view: viewIn(body, answer.hasAttribute("data-json")) };
  drawn.view.then(
    (view) => view.update(text, { live: answer.hasAttribute("data-live") }),
    () => {
      body.textContent = text;
    },
  );
}

async function viewIn(body, isJson) {
  if (!isJson) return new MarkdownView(body);
  const { JsonView } = await import("./json-view.js");
  return new JsonView(body);
}

async function open(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) {
    toast(gettext("The server cannot be reached now."), "info");
    return;
  }
  dialog.replaceChildren(parse(await answer.text()));
  globalThis.htmx.process(dialog);
  dialog.showModal();
}
