// A question that is edited where it stands, and sent again as another branch. Fetched with the first one.
import { element } from "./dom.js";
import { gettext } from "./language.js";
import { live } from "./live.js";
import { grow, isSend, newClientId } from "./typing.js";

export function editMessage(message, thread) {
  if (message.querySelector(".tc-edit")) return;
  const shown = [message.querySelector(".tc-said"), message.querySelector(".tc-turn-acts")];
  const field = element("textarea", { class: "textarea", rows: "2", "aria-label": gettext("Edit the message"), maxlength: "400000" });
  field.value = message.markdown;
  const cancel = element("button", { type: "button", class: "btn", "data-variant": "outline" }, gettext("Cancel"));
  const send = element("button", { type: "submit", class: "btn" }, gettext("Send"));
  const form = element("form", { class: "tc-edit" }, field, element("div", { class: "tc-edit-acts" }, cancel, send));
  const close = () => {
    form.remove();
    for (const part of shown) part.hidden = false;
    message.querySelector('[data-act="edit"]').focus();
  };
  for (const part of shown) part.hidden = true;
  message.append(form);
  grow(field);
  field.focus();
  field.addEventListener("input", () => grow(field));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (isSend(event)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  cancel.addEventListener("click", close);
  const clientId = newClientId();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    send.disabled = true;
    try {
      thread.asks();
      const ack = await live.send({ type: "message.edit", message: message.dataset.message, client_id: clientId, text });
      thread.take(ack);
      document.querySelector(`#message-${CSS.escape(ack.user_message)} [data-act="edit"]`)?.focus({ preventScroll: true });
      thread.changed();
    } catch (refusal) {
      send.disabled = false;
      form.querySelector(".tc-field-error")?.remove();
      form.append(element("p", { class: "tc-field-error", role: "alert" }, refusal.message));
    }
  });
}
