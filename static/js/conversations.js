// The conversation list: kept as it is on the server, walked by keyboard, and where the deeds on a conversation begin.
import { toast } from "./dom.js";
import { gettext } from "./language.js";

const AGAIN = 3_000; // milliseconds until a page without a connection looks again at what is being answered
const SETTLE = 120; // notices that come together are one refresh

export const DELETED = "tc:deleted"; // sessionStorage: what the page before this one deleted
export const rowOf = (id) => document.getElementById(`conversation-${id}`);
export const linkOf = (id) => rowOf(id)?.querySelector("a");
export const openId = () => location.pathname.match(/^\/c\/([0-9a-f-]{36})\//)?.[1] ?? null;
export const heading = () => document.querySelector("[data-conversation-title]");
export const isEditing = () => document.querySelector(".tc-title-edit") !== null;

const list = () => document.getElementById("conversation-list");
const DOORS = "#conversation-list, #conversation-menu, [data-conversation-title]"; // to what can be done
let waiting = 0;
let looking = 0;
let scrolled = 0;
let deeds = null;

// fetchDeeds(): what carries deeds out (deeds.js); it comes when somebody is about to do one.
export function watchConversations(fetchDeeds) {
  deeds = fetchDeeds;
  document.addEventListener("click", (event) => {
    const deed = event.target.closest("#conversation-menu [data-deed]");
    const menu = event.target.closest("[data-row-menu]");
    if (deed && openId()) setTimeout(() => carryOut("act", deed.dataset.deed, openId(), "bar")); // the menu gives the focus back first
    else if (menu) carryOut("openMenu", menu);
    else if (event.target.closest("[data-clear-filter]")) clearFilter();
    else if (event.target.closest("[data-conversation-title][data-editable]")) carryOut("renameInBar");
  });
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, ({ target }) => target.closest?.(DOORS) && deeds().catch(() => {}));
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:before:swap", () => (scrolled = list()?.scrollTop));
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    if (detail?.ctx?.sourceElement?.id === "conversation-list") list().scrollTop = scrolled; // a row that moved does not take the reader along
    afterSwap();
  });
  afterSwap();
  if (remembers()) carryOut("offerUndoOfBefore");
}

function carryOut(deed, ...given) {
  deeds().then(
    (known) => known[deed](...given),
    () => toast(gettext("The server cannot be reached now."), "info"),
  );
}

function remembers() {
  try {
    return sessionStorage.getItem(DELETED) !== null;
  } catch {
    return false; // storage is switched off
  }
}

// The list in the sidebar, fetched anew. Called when something changed.
export function refreshConversations() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    // Not under the hands of the reader: what they asked for (the archive, more rows) comes first, and is as new.
    if (isEditing() || document.querySelector("#row-menu:popover-open, #conversation-list .htmx-request")) refreshConversations();
    else if (list()) globalThis.htmx?.trigger(list(), "refresh");
  }, SETTLE);
}

// Marks the open conversation in the list; its row also knows the title and the sum in the header.
export function syncConversations() {
  for (const row of document.querySelectorAll("#conversation-list .tc-row")) {
    const link = row.querySelector("a");
    const isCurrent = new URL(link.href).pathname === location.pathname;
    row.toggleAttribute("data-current", isCurrent);
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (isCurrent) showInHeader(link.dataset, row.hasAttribute("data-foreign"));
  }
}

function afterSwap() {
  syncConversations();
  clearTimeout(looking);
  const isConnected = document.querySelector("thread-view") !== null;
  if (!isConnected && document.querySelector("#conversation-list .tc-dot")) looking = setTimeout(refreshConversations, AGAIN);
}

export function showInHeader({ title, sum }, isForeign = false) {
  if (!heading()) return;
  if (!isForeign) heading().dataset.editable = "";
  if (heading().textContent !== title && !isEditing()) showTitle(title);
  const badge = document.querySelector("[data-conversation-sum]");
  badge.textContent = sum;
  badge.hidden = !sum;
}

export function showTitle(title) {
  heading().textContent = title;
  document.title = `${title} · ${gettext("Trial center")}`;
}

function clearFilter() {
  const field = document.getElementById("conversation-filter");
  field.value = "";
  field.focus();
  refreshConversations();
}

// ── keys ──

const links = () => [...document.querySelectorAll("#conversation-list a")].filter((link) => link.checkVisibility());

export function nextTo(id) {
  const all = links();
  const at = all.indexOf(linkOf(id));
  return all[at + 1] ?? all[at - 1] ?? document.getElementById("conversation-filter");
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.id === "conversation-filter" && event.key === "ArrowDown") links()[0]?.focus();
  else if (event.target.closest?.("#conversation-list .tc-row") && onRowKey(event)) return;
  else return;
  event.preventDefault();
}

// What a key does in a row. Returns whether the browser's own meaning stays.
function onRowKey({ key, target, shiftKey }) {
  const row = target.closest(".tc-row");
  const id = row.id.slice("conversation-".length);
  const all = links();
  const at = all.indexOf(row.querySelector("a"));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
  if (to !== undefined) {
    if (to < 0) document.getElementById("conversation-filter").focus();
    else all[Math.min(to, all.length - 1)].focus({ focusVisible: true });
    all[to]?.scrollIntoView({ block: "nearest" });
  } else if (row.hasAttribute("data-foreign")) return true; // its owner's deeds
  else if (key === "F2") carryOut("act", "rename", id, "row");
  else if (key === "Delete") carryOut("act", "delete", id, "row");
  else if (key === "ContextMenu" || (key === "F10" && shiftKey)) row.querySelector("[data-row-menu]").click();
  else return true;
  return false;
}
