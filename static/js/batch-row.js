// One row of a batch: the request and its code in a dialog.
import { parse, toast } from "./dom.js";
import { gettext } from "./language.js";

const dialog = document.querySelector("#details-dialog");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-details]");
  if (button) open(button.dataset.details);
});

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
