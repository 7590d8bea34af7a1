// A copy of a conversation behind a link: answers are drawn by the renderer of the chat page, attached files folded as there.
import { foldAttached } from "./attached-view.js";
import { toast } from "./dom.js";
import { hydrateLater } from "./hydrate.js";
import { gettext } from "./language.js";
import { MarkdownView } from "./markdown.js";
import { withReferences } from "./references.js";

for (const question of document.querySelectorAll('[data-shared="question"]')) foldAttached(question);

for (const answer of document.querySelectorAll('[data-shared="answer"]')) {
  hydrateLater({
    isConnected: true,
    hydrate() {
      const source = answer.querySelector('[data-source="content"]').textContent;
      new MarkdownView(answer.querySelector("[data-body]")).update(withReferences(source, answer.querySelector('[data-part="sources"]')));
    },
  });
}

// The buttons of code blocks.
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
