// "Save as template" in the menu of a conversation: what is selected in one of the reader's messages becomes a variable. The
// menu takes the focus, and with it some browsers the selection: the last one is remembered.

const LONGEST = 2_000; // characters that an address carries

let selected = { message: "", text: "" };

export function watchSaving(thread) {
  document.addEventListener("selectionchange", () => remember(thread));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-save-template]");
    if (!link || !thread.conversation) return;
    event.preventDefault();
    const asked = new URLSearchParams({ conversation: thread.conversation });
    if (selected.message) asked.set("message", selected.message);
    if (selected.text) asked.set("selected", selected.text);
    location.assign(`${link.getAttribute("href")}?${asked}`);
  });
}

function remember(thread) {
  const selection = document.getSelection();
  const place = selection.anchorNode?.parentElement;
  if (!place || !thread.contains(place)) return;
  const message = place.closest('message-view[data-role="user"]');
  const text = selection.toString().trim();
  selected = message && text && text.length <= LONGEST ? { message: message.id.replace("message-", ""), text } : { message: "", text: "" };
}
