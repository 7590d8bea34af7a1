// Entry of every page: sheets, dialogs, theme, the conversation list, small behaviours by data attribute.
import { watchConversations } from "./conversations.js";
import { toast } from "./dom.js";
import { gettext } from "./language.js";
import { toggleSheet, watchSheets } from "./sheets.js";

watchSheets();
watchConversations();

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.dialog) document.getElementById(button.dataset.dialog)?.showModal();
  else if (button.matches("[data-dialog-close]")) button.closest("dialog").close();
  else if (button.matches("[data-reveal]")) reveal(button);
  else if (button.dataset.copyText !== undefined) copyText(button.dataset.copyText);
});

// A press on the backdrop closes a dialog.
document.addEventListener("mousedown", (event) => event.target.matches("dialog[open]") && event.target.close());

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-theme-form]")) {
    event.preventDefault();
    chooseTheme(event.target, event.submitter);
  }
});

document.addEventListener("keydown", (event) => {
  if (!(event.metaKey || event.ctrlKey) || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (key === "b" && !event.shiftKey) toggleSheet("sidebar");
  else if (key === "." && !event.shiftKey) toggleSheet("inspector");
  else if (key === "o" && event.shiftKey) location.assign(document.querySelector(".tc-brand a")?.href ?? "/");
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:response:error", ({ detail }) => {
  if (detail.ctx.response.status >= 500) toast(gettext("The server could not do that. Try again in a moment."), "info");
});
rememberTimeZone();

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
