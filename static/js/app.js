// Entry of every page: sheets, dialogs, keys, theme, the conversation list, small behaviours by data attribute.
import { watchConversations } from "./conversations.js";
import { watchDialogs } from "./dialogs.js";
import { idle, page, script, toast } from "./dom.js";
import { gettext } from "./language.js";
import { walkLists } from "./lists.js";
import { keepPlace, returnToPlace } from "./place.js";
import { closeSheet, toggleSheet, watchSheets } from "./sheets.js";
import { provide, watchShortcuts } from "./shortcuts.js";

parkInHead();
watchToasts();
watchSheets();
watchConversations(() => import("./deeds.js"));
watchDialogs();
watchShortcuts();
walkLists();
returnToPlace();
provide("palette", togglePalette, () => document.getElementById("palette") !== null);
provide("shortcuts", showShortcuts);
provide("new", () => location.assign(document.querySelector(".tc-brand a").href), () => document.querySelector(".tc-brand a") !== null);
provide("sidebar", () => toggleSheet("sidebar"), () => document.getElementById("sidebar") !== null);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-open-palette]")) togglePalette();
  else if (button.dataset.dialog) document.getElementById(button.dataset.dialog)?.showModal();
  else if (button.matches("[data-dialog-close]")) button.closest("dialog").close();
  else if (button.matches("[data-reveal]")) reveal(button);
  else if (button.dataset.copyLink !== undefined) copyText(new URL(button.dataset.copyLink, location.href).href);
  else if (button.dataset.copyText !== undefined) copyText(button.dataset.copyText);
});

// A press on the backdrop closes a dialog.
document.addEventListener("mousedown", (event) => event.target.matches("dialog[open]") && event.target.close());

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-theme-form]")) {
    event.preventDefault();
    chooseTheme(event.target, event.submitter);
  } else if (event.target.matches("[data-language-form]")) keepPlace(event.target);
});

document.addEventListener("htmx:response:error", ({ detail }) => {
  if (detail.ctx.response.status >= 500) toast(gettext("The server could not do that. Try again in a moment."), "info");
});
idle(rememberTimeZone); // the first to ask for a zone waits for all of the browser's tables

// The dialog opens at once and takes what is typed; what fills it is loaded when it is first wanted.
async function togglePalette() {
  const dialog = document.getElementById("palette");
  if (dialog.open) {
    dialog.close();
    return;
  }
  if (document.querySelector(".tc-scrim")) await closeSheet();
  dialog.showModal();
  import("./palette.js").then(
    ({ openPalette }) => openPalette(dialog),
    () => {
      dialog.close();
      toast(gettext("The server cannot be reached now."), "info");
    },
  );
}

function showShortcuts() {
  import("./shortcut-list.js").then(
    ({ showShortcutList }) => showShortcutList(),
    () => toast(gettext("The server cannot be reached now."), "info"),
  );
}

// For the time of a swap htmx parks elements beside the body. In a page with formulas (MathML) Chromium then restyles every
// element there is, which takes a second and more in a long conversation; in the head it takes nothing.
function parkInHead() {
  const { body, head } = document;
  const beside = body.insertAdjacentElement.bind(body);
  body.after = (...parked) => head.append(...parked);
  body.insertAdjacentElement = (place, parked) => (place === "afterend" ? head.appendChild(parked) : beside(place, parked));
}

// A confirmation goes by itself: what sees to that comes with the first one.
function watchToasts() {
  const place = document.getElementById("toaster");
  const watcher = new MutationObserver(come);
  const wait = () => watcher.observe(place, { childList: true });
  function come() {
    watcher.disconnect();
    script(page("toast")).then(() => globalThis.basecoat.init("toaster"), wait);
  }
  if (place.childElementCount) come();
  else wait();
}

// Pages before the sign-in, and people who chose none, get their browser's time zone.
function rememberTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}

function reveal(button) {
  const field = button.parentElement.querySelector("input");
  const isShown = field.type === "text";
  field.type = isShown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!isShown));
  field.focus();
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(gettext("Copied"));
  } catch {
    toast(gettext("This browser does not let the page copy."), "info");
  }
}

function chooseTheme(form, button) {
  document.documentElement.dataset.theme = button.value;
  const body = new URLSearchParams(new FormData(form, button));
  fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" }).catch(() => {
    // Without a network the choice holds for this page.
  });
  for (const other of form.querySelectorAll('[name="theme"]')) other.setAttribute("aria-checked", String(other === button));
}
