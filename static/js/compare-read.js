// Another person's comparison: its answers appear as they are written, one can vote and copy, and nothing else.
import { showConnection } from "./banner.js";
import { board, copyAnswer, foldQuestion, prefer, showSum, showTitle } from "./compare-shown.js";
import { refreshConversations } from "./conversations.js";
import { live } from "./live.js";

const DEEDS = {
  "[data-prefer]": (button) => prefer(button.dataset.prefer),
  "[data-copy-answer]": (button) => copyAnswer(board.columnOf(button)),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const deed = button && Object.keys(DEEDS).find((selector) => button.matches(selector));
  if (deed) DEEDS[deed](button);
});

board.addEventListener("tc:parts", ({ detail }) => {
  foldQuestion();
  showTitle(detail.title);
  showSum(detail.sum);
  board.columns.forEach(catchUp);
});

const fetched = new Set(); // answers that were not on the page yet

// What began before the connection stood, or while it was away.
function catchUp({ newest, thread }) {
  if (!newest || newest === thread.lastMessage || fetched.has(newest)) return;
  fetched.add(newest);
  thread.catchUp();
}

live.addEventListener("status", () => live.isReady && board.refresh());
showConnection(live, { isBusy: () => board.running.length > 0 });
live.addEventListener("notice", ({ detail }) => {
  if (detail.about === "comparison" && detail.comparison === board.comparison) {
    if (detail.what === "deleted") leave();
    else if (detail.what === "shared") leaveIfGone();
    else board.refresh();
  }
  if (detail.about !== "conversation") return;
  const column = board.columns.find(({ conversation }) => conversation === detail.conversation);
  if (!column) refreshConversations();
  else if (detail.what === "closed") leave();
  else if (detail.what === "began") column.thread.catchUp();
});
live.connect();
board.showState();
foldQuestion();

// Its sharing was changed: it may not be there for this person any more.
async function leaveIfGone() {
  const answer = await fetch(`${board.dataset.address}parts/`, { credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 404) leave();
}

function leave() {
  location.assign(board.dataset.listAddress);
}
