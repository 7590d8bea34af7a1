// The compare page: joins the columns, the one composer, each column's run settings, the model picker and the connection.
import { showConnection } from "./banner.js";
import { nextTurns } from "./compare-estimate.js";
import { refreshConversations } from "./conversations.js";
import { board, copyAnswer, foldQuestion, post, prefer, showSum, showTitle } from "./compare-shown.js";
import { announce, element, parse, toast } from "./dom.js";
import "./elements/model-picker.js";
import "./elements/prompt-composer.js";
import "./elements/run-settings.js";
import { fill, gettext, money, ngettext, number } from "./language.js";
import { live } from "./live.js";
import { arrives } from "./markdown/arrive.js";
import { toggleSheet } from "./sheets.js";
import { provide } from "./shortcuts.js";
import { Refusal } from "./socket.js";
import { editTitle, isEditing } from "./title-edit.js";
import { newClientId } from "./typing.js";
import { takeWay } from "./ways.js";

const ECHO = 3_000; // milliseconds in which a notice of a beginning run is our own
const ZERO = "00000000-0000-0000-0000-000000000000";
const FOCUS = "tc:focus"; // sessionStorage: what has the focus when the page is drawn anew

const composer = document.querySelector("prompt-composer");
const picker = document.querySelector("model-picker");
const heading = document.querySelector("[data-comparison-title]");
const runAgain = document.querySelector("[data-run-again]");
const runAllAgain = document.querySelector("[data-run-all-again]");
const settings = () => document.querySelector("run-settings");
const catchingUp = new Set(); // columns that are being asked what they missed
let current = board.columns[0].id; // whose settings stand in the sheet
let sentAt = -ECHO;
const waiting = document.querySelector("[data-waiting]"); // questions to be asked again
let isAskingOn = false; // whether they are, each when the one before is answered
let isAsking = false; // one of them is on its way

// ── asking and stopping ──
board.addEventListener("tc:asks", () => (sentAt = performance.now()));

composer.deliver = async ({ text, clientId, signal }) => {
  const columns = board.columns.filter(({ missing }) => missing === null);
  await ask({ columns, text, clientId, signal });
};

async function ask({ columns, text, clientId, signal }) {
  sentAt = performance.now();
  const asked = columns.map(({ id, thread }) => ({ column: id, parent: thread.lastMessage }));
  const ack = await live.send({ type: "comparison.send", comparison: board.comparison, client_id: clientId, text, columns: asked }, { signal });
  sentAt = performance.now();
  const before = new Map(columns.map((column) => [column.id, promptOf(column, text)]));
  const refused = await board.take(ack);
  for (const one of ack.columns) if (one.assistant_message) estimateMeter(one, before.get(one.column));
  showOwnTitle(ack.title);
  if (refused) throw new Refusal(refused.code, refused.message);
}

// Who writes will read answers: what draws them comes meanwhile.
composer.addEventListener("input", () => Promise.all([arrives(), import("./live-answer.js")]).catch(() => {}), { once: true });
composer.isReady = () => live.isReady;
live.addEventListener("status", () => composer.connectionChanged());

composer.stop = () => {
  isAskingOn = false;
  showWaiting();
  announce(gettext("Stopping"));
  board.running.forEach(stop);
};

const stop = (generation) => live.send({ type: "generation.stop", generation }).catch(() => {}); // already over: its end is on the way

// A column that missed questions is asked one after the other.
async function catchUp(column) {
  catchingUp.add(column.id);
  try {
    await ask({ columns: [column], text: column.missing, clientId: newClientId() });
  } catch {
    catchingUp.delete(column.id); // the column says why
  }
}

async function again() {
  sentAt = performance.now();
  const answers = board.columns.filter(({ thread, answer }) => answer && !thread.running);
  const asked = answers.map(async ({ thread, answer }) => thread.take(await live.send({ type: "message.regenerate", message: answer.dataset.message, client_id: newClientId() })));
  const ends = await Promise.allSettled(asked);
  board.changed();
  const refusal = ends.find(({ status }) => status === "rejected")?.reason;
  if (refusal) toast(refusal.message, "info");
}

// ── the questions of the comparison that this one runs again, one after the other ──
async function askNext() {
  const next = waiting?.querySelector("[data-waiting-question]");
  if (!isAskingOn || isAsking || !next || board.running.length) return;
  isAsking = true;
  next.remove(); // its turn has come: what follows it waits until its answers are there
  waiting.hidden = !waiting.querySelector("[data-waiting-question]");
  try {
    await ask({ columns: board.columns.filter(({ missing }) => missing === null), text: next.textContent, clientId: newClientId() });
  } catch (error) {
    isAskingOn = false;
    waiting.hidden = false;
    waiting.querySelector("ol").prepend(next);
    toast(error.message, "info");
  }
  isAsking = false;
  showWaiting();
}

function showWaiting() {
  const button = waiting?.querySelector("[data-ask-waiting]");
  if (button) button.disabled = isAskingOn;
}

// ── what it will cost ──
composer.estimate = (typed) => {
  const asked = board.columns.filter(({ missing }) => missing === null);
  const { runs, unpriced, totals } = nextTurns(asked.map((column) => ({ ...pricesOf(column), prompt: historyOf(column) + typed, most: Number(column.head.dataset.maxTokens || 0) })));
  const words = fill(ngettext("%(n)s run", "%(n)s runs", runs), { n: number(runs) });
  const rest = unpriced ? [" · ", fill(ngettext("%(n)s without a price", "%(n)s without a price", unpriced), { n: number(unpriced) })] : [];
  if (!totals.length) return [words, ...rest];
  const parts = { read: amounts(totals, "read"), most: amounts(totals, "most") };
  const sentence = gettext("next turn %(read)s · at most %(most)s").split(/%\((\w+)\)s/);
  return [words, " · ", ...sentence.flatMap((word, place) => (place % 2 ? parts[word] : [word])), ...rest];
};

function amounts([lead, other], name) {
  const sign = lead.isExact ? [] : ["≈ "];
  const rest = other ? [" ", element("small", {}, `≈ ${money(other.sign, other[name])}`)] : [];
  return [...sign, element("b", {}, money(lead.sign, lead[name])), ...rest];
}

function pricesOf({ head }) {
  const { inputPrice, outputPrice, sign, otherSign, otherRate } = head.dataset;
  return { inputPrice, outputPrice, sign, otherSign, otherRate };
}

// What a column reads again with every question: system prompt and branch, as its last answer reported them.
function historyOf({ thread, head }) {
  const used = thread.lastReported;
  return used ? used.prompt + used.completion - used.reasoning : Number(head.dataset.systemTokens) + Number(head.dataset.historyTokens);
}

const promptOf = (column) => composer.textTokens + historyOf(column);

// What the live meter of a new answer reckons with, until the provider reports.
function estimateMeter({ column, assistant_message: message }, prompt) {
  const meter = document.getElementById(`meter-${message}`);
  if (meter) Object.assign(meter.dataset, { prompt }, pricesOf(board.column(column)));
}

// ── the state of the board ──
board.addEventListener("tc:board", () => {
  composer.isLive = board.running.length > 0;
  const isUnasked = board.columns.every(({ answer }) => answer === null);
  runAgain.hidden = composer.isLive || isUnasked;
  runAllAgain.hidden = isUnasked;
  composer.historyTokens = board.columns.reduce((sum, column) => sum + (column.answer ? historyOf(column) : 0), 0);
});
board.addEventListener("tc:parts", ({ detail }) => {
  foldQuestion();
  showOwnTitle(detail.title);
  showSum(detail.sum);
  for (const id of [...catchingUp]) {
    const column = board.column(id);
    if (column?.thread.running) continue;
    if (column?.missing && column.answer?.dataset.state === "finished") catchUp(column);
    else catchingUp.delete(id);
  }
  askNext();
});

function showOwnTitle(title) {
  if (isEditing() || heading.textContent === title) return;
  showTitle(title);
  heading.dataset.editable = "";
}

function rename() {
  if (heading.dataset.editable === undefined || isEditing()) return;
  editTitle(heading, {
    title: heading.textContent,
    save: async (title) => (await (await post("rename", { title })).json()).title,
    done: ({ title }) => showOwnTitle(title),
  });
}

// ── settings of one column ──
picker.conversation = () => board.column(current).conversation;

// Brings the settings of a column into the sheet, and lets the picker choose for it.
async function choose(column) {
  if (column.id !== current) {
    const address = board.dataset.settingsAddress.replace(ZERO, column.id);
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) {
      toast(gettext("The server cannot be reached now."), "info");
      return false;
    }
    const fresh = parse(await answer.text()).firstElementChild;
    settings().replaceWith(fresh);
    globalThis.htmx.process(fresh);
    current = column.id;
  }
  pickFor(settings().querySelector("form").getAttribute("action"));
  return true;
}

function pickFor(address) {
  for (const row of picker.querySelectorAll("[hx-post]")) row.setAttribute("hx-post", address);
}

async function openSettings(column, opener) {
  if (await choose(column)) toggleSheet("inspector", opener);
}

async function openPicker(column, opener) {
  if (!(await picker.prepare()) || !(await choose(column))) return;
  picker.open(opener, { offer: settings().offer, prompt: promptOf(column) });
}

async function openPickerToAdd(opener) {
  if (!(await picker.prepare())) return;
  pickFor(`${board.dataset.address}add/`);
  picker.open(opener, { offer: "", prompt: composer.textTokens });
}

document.addEventListener("htmx:after:request", ({ target }) => target.closest?.("run-settings, model-picker, #presets") && board.refresh());

const DEEDS = {
  "[data-stop-column]": (button, column) => stop(column.thread.running),
  "[data-catch-up]": (button, column) => catchUp(column),
  "[data-prefer]": (button) => prefer(button.dataset.prefer),
  "[data-copy-answer]": (button, column) => copyAnswer(column),
  "[data-column-settings]": (button, column) => openSettings(column, button),
  "[data-open-picker]": (button, column) => openPicker(column ?? board.column(current), button),
  "[data-add-column]": (button) => openPickerToAdd(button),
  "[data-run-again]": () => again(),
  "[data-ask-waiting]": () => {
    isAskingOn = true;
    showWaiting();
    askNext();
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, [data-comparison-title]");
  if (!button) return;
  if (button === heading) return rename();
  const deed = Object.keys(DEEDS).find((selector) => button.matches(selector));
  if (deed) DEEDS[deed](button, board.columnOf(button));
});

// The way out of a trouble begins with the settings of the column it is in.
document.addEventListener(
  "click",
  (event) => {
    const way = event.target.closest("[data-way]");
    const column = way && board.columnOf(way);
    if (!column || column.id === current) return;
    event.stopPropagation();
    choose(column).then((isThere) => isThere && way.click());
  },
  { capture: true },
);
document.addEventListener("click", ({ target }) => {
  const way = target.closest("[data-way]");
  if (way) takeWay(way, { picker, settings, openPicker: () => openPicker(board.column(current), board.column(current).head.querySelector("[data-open-picker]")) });
});

document.querySelector("[data-names-form]").addEventListener("change", ({ currentTarget }) => {
  comeBackTo("hide-names");
  currentTarget.submit();
});
document.querySelector("[data-scroll-form]").addEventListener("change", ({ target }) => {
  board.isSynced = target.checked;
  post("scroll", { on: target.checked ? "1" : "0" }).catch(() => {}); // holds for this page
});

// ── what draws the page anew: the keyboard goes on where it was ──
function comeBackTo(id) {
  try {
    sessionStorage.setItem(FOCUS, id);
  } catch {
    // Storage is switched off: the page begins at its beginning.
  }
}

function comeBack() {
  try {
    const control = document.getElementById(sessionStorage.getItem(FOCUS) ?? "");
    sessionStorage.removeItem(FOCUS);
    (control?.disabled ? document.getElementById("prompt") : control)?.focus();
  } catch {
    // As above.
  }
}

document.addEventListener("htmx:before:request", ({ target }) => target.closest?.("model-picker [hx-post$='/add/']") && comeBackTo("add-column"));
document.addEventListener("submit", ({ target }) => target.matches("[data-take-out]") && comeBackTo("add-column"));

// ── sharing ──
// The control in the head comes anew: the one who pressed it gets the keyboard back.
let pressedAt = -ECHO;
document.addEventListener("submit", ({ target }) => {
  if (target.id === "sharing-menu-list") pressedAt = performance.now();
});
document.addEventListener("htmx:after:swap", ({ detail }) => {
  const isOwn = detail?.ctx?.target?.id === "sharing" && performance.now() - pressedAt < ECHO;
  if (isOwn && document.activeElement === document.body) document.getElementById("sharing-menu-trigger")?.focus();
});

// It was shared, or taken back, in another tab.
function refreshSharing() {
  const place = document.getElementById("sharing");
  if (place && performance.now() - pressedAt > ECHO) globalThis.htmx.ajax("GET", place.dataset.address, { target: "#sharing", swap: "outerHTML" });
}

// ── the connection ──
showConnection(live, { isBusy: () => board.running.length > 0 });
live.addEventListener("notice", ({ detail }) => {
  if (detail.about === "comparison" && detail.comparison === board.comparison) {
    if (detail.what === "deleted") location.assign(board.dataset.listAddress);
    else if (detail.what === "shared") refreshSharing();
    else board.refresh();
  }
  if (detail.about !== "conversation") return;
  const column = board.columns.find(({ conversation }) => conversation === detail.conversation);
  if (!column) refreshConversations();
  else if (detail.what === "began" && performance.now() - sentAt > ECHO) column.thread.catchUp();
});
live.connect();
board.showState();
foldQuestion();
comeBack();

// ── keys ──
provide("composer", () => composer.focus());
provide("stop", () => composer.stop(), () => board.running.length > 0);
provide("settings", () => toggleSheet("inspector"), () => board.dataset.blind === undefined);
