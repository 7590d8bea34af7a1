// "Save as template" in the menu of a conversation: what is selected in one of the reader's messages becomes a variable.

const LONGEST = 2_000; // characters that an address carries

export function saveTemplate(link, conversation, { selection, place }) {
  const asked = new URLSearchParams({ conversation });
  const message = place?.parentElement?.closest('message-view[data-role="user"]');
  const text = selection.trim();
  if (message && text && text.length <= LONGEST) {
    asked.set("message", message.dataset.message);
    asked.set("selected", text);
  }
  location.assign(`${link.getAttribute("href")}?${asked}`);
}
