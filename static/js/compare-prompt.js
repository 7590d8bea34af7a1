// Takes a prompt over to a comparison: it stands there as a draft, and nothing is sent.
import { page, toast } from "./dom.js";
import { keepDraft, readDraft } from "./drafts.js";
import { gettext } from "./language.js";

export async function comparePrompt(text) {
  const headers = { "X-CSRFToken": page("csrf"), Accept: "application/json" };
  const answer = await fetch("/compare/new/", { method: "POST", headers, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) {
    toast(gettext("The server cannot be reached now."), "info");
    return;
  }
  const { comparison, address } = await answer.json();
  const draft = `compare-${comparison}`;
  const known = readDraft(draft);
  if (text && !known.includes(text)) keepDraft(draft, [known, text].filter(Boolean).join("\n\n"));
  location.assign(address);
}
