// What a comparison shows to its owner and to who reads it, and what both do with an answer: vote and copy.
import { page, toast } from "./dom.js";
import "./elements/compare-board.js";
import "./elements/message-view.js";
import "./elements/thread-view.js";
import { gettext } from "./language.js";

const heading = document.querySelector("[data-comparison-title]");

export const board = document.querySelector("compare-board");

// Attached files in the question are folded, as in a message.
export function foldQuestion() {
  const source = document.querySelector("[data-question]");
  if (source.textContent.startsWith("```")) import("./attached-view.js").then(({ foldAttached }) => foldAttached(source.parentElement, source), () => {});
}

export function showTitle(title) {
  if (heading.textContent === title) return;
  heading.textContent = title;
  document.title = `${title} · ${gettext("Trial center")}`;
}

export function showSum(words) {
  const sum = document.querySelector("[data-comparison-sum]");
  sum.textContent = words;
  sum.hidden = !words;
}

export async function post(path, values) {
  const headers = { "X-CSRFToken": page("csrf"), Accept: "application/json" };
  const answer = await fetch(`${board.dataset.address}${path}/`, { method: "POST", body: new URLSearchParams(values), headers, credentials: "same-origin" });
  if (answer.status === 422) throw new Error(await answer.text());
  if (!answer.ok) throw new Error(gettext("The server could not do that. Try again in a moment."));
  return answer;
}

export async function prefer(answer) {
  try {
    await post("prefer", { message: answer });
    board.refresh();
  } catch (error) {
    toast(error.message, "info");
  }
}

export async function copyAnswer({ answer }) {
  try {
    await navigator.clipboard.writeText(answer.markdown);
    toast(gettext("Copied"));
  } catch {
    toast(gettext("This browser does not let the page copy."), "info");
  }
}
