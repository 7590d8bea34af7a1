// A copy of a conversation behind a link: answers are drawn by the renderer of the chat page, attached files folded as there.
import { foldAttached } from "./attached-view.js";
import { watchCodeButtons } from "./code-buttons.js";
import { hydrateLater } from "./hydrate.js";
import { MarkdownView } from "./markdown.js";
import { withReferences } from "./references.js";

for (const question of document.querySelectorAll('[data-shared="question"]')) foldAttached(question);

for (const answer of document.querySelectorAll('[data-shared="answer"]')) {
  hydrateLater({
    isConnected: true,
    markdown: answer.querySelector('[data-source="content"]').textContent,
    hydrate() {
      new MarkdownView(answer.querySelector("[data-body]")).update(withReferences(this.markdown, answer.querySelector('[data-part="sources"]')));
    },
  });
}

watchCodeButtons();
