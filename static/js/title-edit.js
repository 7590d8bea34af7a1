// A title that is edited where it stands: Enter and leaving the field keep it, Escape drops it.
import { element } from "./dom.js";
import { gettext } from "./language.js";

let open = null;

export function isEditing() {
  return open !== null;
}

// Puts a field in the place of `shown`. save(title) resolves with the title as kept, or rejects with what to say.
export function editTitle(shown, { title, save, done }) {
  open?.cancel();
  const field = element("input", { class: "input tc-title-field", type: "text", maxlength: "200", "aria-label": gettext("Title") });
  const trouble = element("p", { class: "tc-field-error", role: "alert", hidden: true });
  const box = element("div", { class: "tc-title-edit" }, field, trouble);
  field.value = title;
  shown.before(box);
  shown.hidden = true;
  field.focus();
  field.select();

  const close = (kept, byKey) => {
    if (open?.field !== field) return;
    open = null;
    box.remove();
    shown.hidden = false;
    done({ title: kept, byKey });
  };
  const keep = async (byKey) => {
    const wanted = field.value.trim();
    if (open?.field !== field || field.readOnly) return;
    if (wanted === title) return close(title, byKey);
    field.readOnly = true;
    try {
      close(await save(wanted), byKey);
    } catch (error) {
      field.readOnly = false;
      field.setAttribute("aria-invalid", "true");
      trouble.textContent = error.message;
      trouble.hidden = false;
      if (!byKey) close(title, byKey);
    }
  };
  open = { field, cancel: () => close(title, false) };
  field.addEventListener("blur", () => keep(false));
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter") keep(true);
    else if (event.key === "Escape") close(title, true);
    else return;
    event.preventDefault();
  });
}
