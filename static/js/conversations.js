// The conversation list and what can be done with a conversation, in its row, in the bar and by keyboard.
import { announce, page, toast } from "./dom.js";
import { gettext } from "./language.js";
import { watchRowMenu } from "./row-menu.js";
import { editTitle, isEditing } from "./title-edit.js";

const AGAIN = 3_000; // milliseconds until a page without a connection looks again at what is being answered
const SETTLE = 120; // notices that come together are one refresh
const DELETED = "tc:deleted"; // sessionStorage: what the page before this one deleted

const list = () => document.getElementById("conversation-list");
const rowOf = (id) => document.getElementById(`conversation-${id}`);
const linkOf = (id) => rowOf(id)?.querySelector("a");
const openId = () => location.pathname.match(/^\/c\/([0-9a-f-]{36})\//)?.[1] ?? null;
const heading = () => document.querySelector("[data-conversation-title]");
let waiting = 0;
let looking = 0;

export function watchConversations() {
  document.addEventListener("click", (event) => {
    const deed = event.target.closest("#conversation-menu [data-deed]");
    if (deed && openId()) setTimeout(() => act(deed.dataset.deed, openId(), "bar")); // the menu gives the focus back first
    else if (event.target.closest("[data-clear-filter]")) clearFilter();
    else if (event.target.closest("[data-conversation-title][data-editable]")) renameInBar();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:after:swap", afterSwap);
  watchRowMenu((deed, id) => act(deed, id, "row"));
  afterSwap();
  offerUndoOfBefore();
}

// The list in the sidebar, fetched anew. Called when something changed.
export function refreshConversations() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (isEditing() || document.querySelector("#row-menu:popover-open")) refreshConversations();
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

function showInHeader({ title, sum }, isForeign = false) {
  if (!heading()) return;
  if (!isForeign) heading().dataset.editable = "";
  if (heading().textContent !== title && !isEditing()) showTitle(title);
  const badge = document.querySelector("[data-conversation-sum]");
  badge.textContent = sum;
  badge.hidden = !sum;
}

function showTitle(title) {
  heading().textContent = title;
  document.title = `${title} · ${gettext("Trial center")}`;
}

function clearFilter() {
  const field = document.getElementById("conversation-filter");
  field.value = "";
  field.focus();
  refreshConversations();
}

// ── deeds ──

async function post(id, deed, values = {}) {
  const answer = await fetch(`/c/${id}/${deed}/`, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { "X-CSRFToken": page("csrf"), Accept: "application/json" },
  });
  if (answer.status === 422) throw new Error(await answer.text());
  if (!answer.ok) throw new Error(gettext("The server could not do that. Try again in a moment."));
  return answer.json();
}

async function act(deed, id, place) {
  try {
    if (deed === "rename") place === "bar" ? renameInBar() : renameInRow(id);
    else if (deed === "delete") await remove(id);
    else await move(deed, id, place);
  } catch (error) {
    toast(error.message, "info");
  }
}

function renameInRow(id) {
  const link = linkOf(id);
  const menu = rowOf(id).querySelector("[data-row-menu]");
  menu.hidden = true;
  editTitle(link, {
    title: link.dataset.title,
    save: async (title) => (await post(id, "rename", { title })).title,
    done: ({ title, byKey }) => {
      menu.hidden = false;
      link.dataset.title = title;
      link.querySelector(".tc-row-title").textContent = title;
      if (byKey) link.focus();
      if (id === openId()) showInHeader(link.dataset);
      refreshConversations();
    },
  });
}

function renameInBar() {
  const id = openId();
  if (!id || isEditing() || heading().dataset.editable === undefined) return;
  editTitle(heading(), {
    title: heading().textContent,
    save: async (title) => (await post(id, "rename", { title })).title,
    done: ({ title, byKey }) => {
      showTitle(title);
      if (byKey) document.getElementById("conversation-menu-trigger").focus();
      refreshConversations();
    },
  });
}

async function move(deed, id, place) {
  const menu = place === "bar" ? document.getElementById("conversation-menu-list") : document.getElementById("row-menu");
  const fact = deed === "pin" ? "pinned" : "archived";
  const isOn = menu.dataset[fact] !== "true";
  const neighbour = deed === "archive" ? nextTo(id) : null;
  await post(id, deed, { on: isOn ? "1" : "0" });
  if (deed === "archive" && id === openId()) return location.reload(); // the composer gives way to a note, or comes back
  if (id === openId()) document.getElementById("conversation-menu-list").dataset[fact] = String(isOn);
  refreshConversations();
  const said = { pin: [gettext("Unpinned"), gettext("Pinned")], archive: [gettext("Moved back to the list"), gettext("Moved to the archive")] };
  const words = said[deed][Number(isOn)];
  if (deed === "pin") return announce(words);
  neighbour?.focus();
  undoable(words, async () => {
    await post(id, deed, { on: isOn ? "0" : "1" });
  });
}

async function remove(id) {
  const isOpen = id === openId();
  const neighbour = nextTo(id);
  if (isOpen) remember(id); // first: the notice that every tab gets may come before the answer
  try {
    await post(id, "delete");
  } catch (error) {
    forget();
    throw error;
  }
  if (isOpen) return location.assign(document.querySelector(".tc-brand a").href);
  rowOf(id)?.remove();
  neighbour?.focus();
  refreshConversations();
  offerUndo(id);
}

function offerUndo(id, goTo = "") {
  undoable(gettext("Conversation deleted"), async () => {
    await post(id, "restore");
    if (goTo) location.assign(goTo);
  });
}

function undoable(words, undo) {
  toast(words, "ok", {
    label: gettext("Undo"),
    run: async () => {
      try {
        await undo();
        announce(gettext("Undone"));
      } catch {
        toast(gettext("This cannot be undone any more."), "info");
      }
      refreshConversations();
    },
  });
}

function remember(id) {
  try {
    sessionStorage.setItem(DELETED, id);
  } catch {
    // Storage is switched off: it can be undone for a minute, but nothing offers it.
  }
}

function forget() {
  try {
    const id = sessionStorage.getItem(DELETED);
    sessionStorage.removeItem(DELETED);
    return id;
  } catch {
    return null;
  }
}

function offerUndoOfBefore() {
  const id = forget();
  if (id && id !== openId()) offerUndo(id, `/c/${id}/`);
}

// ── keys ──

const links = () => [...document.querySelectorAll("#conversation-list a")].filter((link) => link.checkVisibility());

function nextTo(id) {
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
  else if (key === "F2") act("rename", id, "row");
  else if (key === "Delete") act("delete", id, "row");
  else if (key === "ContextMenu" || (key === "F10" && shiftKey)) row.querySelector("[data-row-menu]").click();
  else return true;
  return false;
}
