// Dialogs whose form is fetched: the shape of a form until it comes, the keyboard in its first field, closed when the
// server has taken it. The button that opened the dialog gets the keyboard back.

let opener = null;

export function watchDialogs() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button[data-dialog]");
    if (button) begin(button);
    const link = target.closest?.("a[data-focus]");
    if (link) requestAnimationFrame(() => document.getElementById(link.dataset.focus)?.focus());
  }, true);
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    // A form that was replaced is no longer in the dialog, but its dialog is the one that is open.
    const target = detail?.ctx?.target;
    const dialog = document.querySelector("dialog[data-fetched][open]");
    if (dialog && target && (dialog.contains(target) || !target.isConnected)) focusFirst(dialog, target);
  });
  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    if (target.matches?.("[data-closes-dialog]") && detail.ctx.response.status < 400) target.closest("dialog")?.close();
  });
  document.addEventListener("close", ({ target }) => {
    if (!target.matches("dialog[data-fetched]")) return;
    target.firstElementChild.replaceChildren();
    document.getElementById(opener)?.focus();
  }, true);
}

function begin(button) {
  const dialog = document.getElementById(button.dataset.dialog);
  if (!dialog?.matches("[data-fetched]")) return;
  // An item of a menu is gone with its menu; the button that opens the menu stays.
  opener = button.closest(".dropdown-menu")?.querySelector("[aria-haspopup]")?.id ?? button.id;
  dialog.firstElementChild.replaceChildren(document.getElementById(`${dialog.id}-waiting`).content.cloneNode(true));
}

function focusFirst(dialog, changed) {
  const wrong = dialog.querySelector('[aria-invalid="true"]');
  if (!wrong && changed.isConnected && changed.contains(document.activeElement)) return; // the pressed button is still there
  (wrong ?? dialog.querySelector("input:not([type=hidden]), select, textarea, footer button, .tc-form-acts button"))?.focus();
}
