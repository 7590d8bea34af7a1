// What can be done with a conversation, in its row, in the bar and by keyboard. Fetched with the first deed.
import { DELETED, heading, isEditing, linkOf, nextTo, openId, refreshConversations, rowOf, showInHeader, showTitle } from "./conversations.js";
import { announce, page, toast } from "./dom.js";
import { gettext } from "./language.js";
import { openRowMenu } from "./row-menu.js";
import { editTitle } from "./title-edit.js";

export function openMenu(button) {
  openRowMenu(button, (deed, id) => act(deed, id, "row"));
}

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

export async function act(deed, id, place) {
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

export function renameInBar() {
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

export function offerUndoOfBefore() {
  const id = forget();
  if (id && id !== openId()) offerUndo(id, `/c/${id}/`);
}
