// The buttons of code blocks, on pages that show answers without a conversation: copy, and unfold.
import { toast } from "./dom.js";
import { gettext } from "./language.js";

export function watchCodeButtons() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    const figure = button?.closest("figure");
    if (button?.matches("[data-copy-code]")) {
      const refused = gettext("This browser does not let the page copy.");
      navigator.clipboard.writeText(figure.querySelector("code").textContent).then(() => toast(gettext("Copied")), () => toast(refused, "info"));
    } else if (button?.matches("[data-unfold]")) {
      delete figure.dataset.folded;
      button.remove();
    }
  });
}
