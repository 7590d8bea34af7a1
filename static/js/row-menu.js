// The one menu that all rows of the conversation list share; it opens beside the button that was pressed.

const EDGE = 8; // pixels that stay free around it

const menu = document.getElementById("row-menu");
let opener = null;
let closedAt = -1_000;
let chosen = () => {};

// A row's button was pressed. act(deed, conversation id) is called for what is chosen.
export function openRowMenu(button, act) {
  if (opener === button && performance.now() - closedAt < 300) return void (closedAt = -1_000); // this press has just closed it
  opener = button;
  chosen = act;
  menu.dataset.pinned = button.closest(".tc-row").dataset.pinned;
  menu.dataset.archived = String(document.querySelector("#conversation-list input[name=view][value=archived]") !== null);
  menu.showPopover();
  place(button);
  items()[0].focus();
}

menu.addEventListener("toggle", ({ newState }) => {
  opener.setAttribute("aria-expanded", String(newState === "open"));
  opener.closest(".tc-row")?.toggleAttribute("data-menu", newState === "open");
});

// Before the click of the press that closed it; `toggle` may come after.
menu.addEventListener("beforetoggle", ({ newState }) => {
  if (newState === "closed") closedAt = performance.now();
});

menu.addEventListener("click", ({ target }) => {
  const deed = target.closest("[data-deed]")?.dataset.deed;
  if (!deed) return;
  const id = opener.closest(".tc-row").id.slice("conversation-".length);
  const button = opener;
  menu.hidePopover();
  closedAt = -1_000; // by a choice: the next press on its button opens it again, however soon
  button.focus();
  chosen(deed, id);
});

menu.addEventListener("keydown", (event) => {
  const all = items();
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) all.at(to % all.length).focus();
  else if (event.key === "Tab") menu.hidePopover();
  else return;
  event.preventDefault();
});

const items = () => [...menu.querySelectorAll("[role=menuitem]")];

function place(button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + 4 + height < innerHeight - EDGE;
  menu.style.setProperty("inset-block-start", `${below ? at.bottom + 4 : Math.max(EDGE, at.top - 4 - height)}px`);
  menu.style.setProperty("inset-inline-start", `${Math.max(EDGE, Math.min(at.right - width, innerWidth - width - EDGE))}px`);
}
