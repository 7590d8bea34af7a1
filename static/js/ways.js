// What the buttons of notes do, loaded when one is pressed (templates/conversations/_way.html): another model, the run settings, the question anew.
import { toggleSheet } from "./sheets.js";

// `settings()` is the run settings element of this moment; `openPicker()` opens the model picker.
export function takeWay(button, { picker, settings, openPicker }) {
  const message = button.closest("message-view") ?? document.getElementById(button.dataset.again);
  button.closest("dialog")?.close();
  const { way } = button.dataset;
  if (way === "offer") goOnWith(button.dataset.offer, { picker, settings, message });
  else if (way === "model") openPicker();
  else if (way === "list") document.querySelector('#conversation-menu-list [data-deed="archive"]').click();
  else if (way === "copy") [...document.querySelectorAll("thread-view [data-branch-off]")].at(-1)?.click();
  else if (way === "drop" || way === "summarise") whenFull(way, { settings, message });
  else if (way === "settings") openSettings(button);
  else if (way === "reword") questionOf(message)?.querySelector('[data-act="edit"]')?.click();
}

// Chooses the offer; from the note of an answer that also asks again, once the choice is kept.
function goOnWith(offer, { picker, settings, message }) {
  const again = () => message?.querySelector('[data-act="regenerate"]')?.click();
  if (settings().offer === offer && message) {
    again();
    return;
  }
  const chosen = () => {
    if (settings().offer !== offer) return;
    document.removeEventListener("tc:settings", chosen);
    again();
  };
  if (message) document.addEventListener("tc:settings", chosen);
  picker.pick(offer);
}

// What is done about a full context; from the note of an answer that also asks again, once the choice is kept.
function whenFull(way, { settings, message }) {
  const form = settings();
  const kept = (event) => {
    if (!form.contains(event.target)) return; // another request of the page
    document.removeEventListener("htmx:after:request", kept);
    message.querySelector('[data-act="regenerate"]')?.click();
  };
  if (message) document.addEventListener("htmx:after:request", kept);
  form.whenFull = way;
}

async function openSettings(opener) {
  const panel = document.getElementById("inspector");
  const { display, visibility } = getComputedStyle(panel);
  if (display === "none" || visibility === "hidden") await toggleSheet("inspector", opener);
  panel.querySelector("#run-max_tokens")?.focus();
}

function questionOf(message) {
  let one = message?.previousElementSibling;
  while (one && one.dataset.role !== "user") one = one.previousElementSibling;
  return one;
}
