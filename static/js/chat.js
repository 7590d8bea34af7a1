// The chat page: joins thread, composer, run settings, model picker and the connection.
import { showConnection } from "./banner.js";
import { refreshConversations, syncConversations } from "./conversations.js";
import { announce, page, toast } from "./dom.js";
import "./elements/message-view.js";
import "./elements/prompt-composer.js";
import "./elements/run-settings.js";
import "./elements/thread-view.js";
import { gettext } from "./language.js";
import { live } from "./live.js";
import { arrives } from "./markdown/arrive.js";
import { toggleSheet } from "./sheets.js";
import { provide } from "./shortcuts.js";

const ECHO = 3_000; // milliseconds in which a notice of a beginning run is our own

const thread = document.querySelector("thread-view");
const composer = document.querySelector("prompt-composer");
// The model picker comes when it is first wanted.
const picker = Object.fromEntries(["open", "pick", "prepare"].map((deed) => [deed, (...given) => withPicker((view) => view[deed](...given))]));
const settings = () => document.querySelector("run-settings");
const HEARD = -ECHO;
let sentAt = HEARD; // when we sent what has no notice yet

// Whether the notice of a beginning run is that of our own message: the first one after it.
function isEcho() {
  const isOwn = performance.now() - sentAt < ECHO;
  sentAt = HEARD;
  return isOwn;
}

thread.addEventListener("tc:asks", () => (sentAt = performance.now()));

async function withPicker(act) {
  const isThere = await import("./elements/model-picker.js").then(() => true, () => false);
  if (!isThere) {
    toast(gettext("The server could not do that. Try again in a moment."), "info");
    return false;
  }
  const view = document.querySelector("model-picker");
  view.conversation = () => thread.conversation;
  return act(view);
}

// ── sending and stopping ──
composer.deliver = async ({ text, clientId, signal }) => {
  if (composer.needsSummary) await (await import("./summary.js")).summarise({ thread, settings, signal });
  sentAt = performance.now();
  const frame = { type: "message.send", conversation: thread.conversation || null, parent: thread.lastMessage, client_id: clientId, text, settings: settings().values };
  const ack = await live.send(frame, { signal }).catch(async (refusal) => {
    if (refusal.code === "busy" || refusal.code === "conversation_moved") await thread.catchUp(); // somebody was faster: here it is
    throw refusal;
  });
  if (sentAt !== HEARD) sentAt = performance.now();
  if (ack.conversation !== thread.conversation) adopt(ack);
  const prompt = composer.promptTokens; // before the question is part of the conversation
  thread.take(ack);
  estimateMeter(ack.assistant_message, prompt);
  countHistory();
  showState();
  refreshConversations();
};

// Who writes will read an answer: what draws it comes meanwhile.
composer.addEventListener("input", () => Promise.all([arrives(), import("./live-answer.js")]).catch(() => {}), { once: true });
// A "/" at the beginning offers templates; what does so comes then.
composer.addEventListener("input", ({ target }) => {
  if (target.value?.startsWith("/") || templates) templateMenu().then((menu) => menu.typed());
});
composer.querySelector("[data-open-templates]").addEventListener("click", () => templateMenu().then((menu) => menu.open()));
let templates = null;
async function templateMenu() {
  const made = await import("./template-menu.js");
  return (templates = made.templateMenu({ composer, settings }));
}
document.querySelector("[data-save-template]")?.addEventListener("click", async (event) => {
  event.preventDefault();
  const selection = document.getSelection().toString(); // before the menu closes
  const place = document.getSelection().anchorNode;
  const { saveTemplate } = await import("./save-template.js");
  saveTemplate(event.target.closest("a"), thread.conversation, { selection, place });
});
composer.isReady = () => live.isReady;
live.addEventListener("status", () => composer.connectionChanged());

composer.stop = () => {
  const generation = thread.running;
  if (!generation) return;
  announce(gettext("Stopping"));
  live.send({ type: "generation.stop", generation }).catch(() => {}); // already over: its end is on the way
};

// What the live meter of the new answer reckons with, until the provider reports.
function estimateMeter(message, prompt) {
  const { inputPrice, outputPrice, sign, otherSign, otherRate, convertedFirst } = settings().facts;
  const meter = document.getElementById(`meter-${message}`);
  if (meter) Object.assign(meter.dataset, { prompt, inputPrice, outputPrice, sign, otherSign, otherRate: otherRate ?? "" }, convertedFirst && { convertedFirst: "" });
}

// A first turn made the conversation: the page becomes its page.
function adopt(ack) {
  const id = ack.conversation;
  history.pushState(null, "", thread.address(id));
  thread.dataset.conversation = id;
  composer.conversation = id;
  settings().conversation = id;
  for (const part of document.querySelectorAll("[data-conversation-only]")) part.hidden = false;
  document.querySelector("[data-conversation-title]").textContent = ack.title;
  document.title = `${ack.title} · ${gettext("Trial center")}`;
  addressExports();
  syncConversations();
  refreshSharing();
}

// The files that the conversation can be taken along as, and the link to a copy.
function addressExports() {
  document.querySelector("[data-share]")?.setAttribute("hx-get", `${thread.address(thread.conversation)}share/`);
  for (const link of document.querySelectorAll("#conversation-menu [data-export]")) link.href = `${thread.address(thread.conversation)}export.${link.dataset.export}`;
}

// The open branch as a prompt: what its last answer read and wrote, without its thinking unless that is sent along, and what
// came after it.
function countHistory() {
  const used = thread.lastReported;
  if (!used) return;
  const { systemTokens, keepsThinking } = settings().facts;
  const reported = used.prompt + used.completion - (keepsThinking ? 0 : used.reasoning);
  composer.historyTokens = Math.max(0, reported - (used.prompt ? systemTokens : 0)) + used.since;
}

thread.addEventListener("tc:settled", countHistory);
// What is being written is a part of the next prompt too: it is counted while it grows.
thread.addEventListener("tc:written", ({ detail }) => {
  composer.writtenTokens = detail.said + (settings().facts.keepsThinking ? detail.thought : 0);
});
thread.addEventListener("htmx:after:swap", () => {
  countHistory();
  showState();
});

function showState() {
  composer.isLive = thread.running !== null;
}

// ── a conversation that is shared with the team ──
const sharing = () => document.getElementById("sharing");
const readsOnly = () => thread.hasAttribute("data-reads-only");
let closed = null; // the standing of a composer whose conversation is not shared any more
let pressedAt = -ECHO;
let company = null; // who else looks at it; what shows them comes with the first shared conversation

composer.askedBy = () => thread.askedBy;

async function sitDown() {
  const conversation = sharing()?.dataset.shared ? thread.conversation : "";
  if (!conversation && !company) return;
  company ??= import("./company.js").then(({ Company }) => new Company(live));
  (await company).sit(conversation);
}

// The control in the head, for the conversation that there is now or as it is shared now.
function refreshSharing() {
  const place = sharing();
  if (place) globalThis.htmx.ajax("GET", `${thread.address(thread.conversation)}sharing/`, { target: "#sharing", swap: "outerHTML" });
}

async function sharedAnew() {
  if (sharing()?.hasAttribute("data-own")) return refreshSharing();
  const answer = await fetch(sharing().dataset.address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 404) shutOut();
  else if (answer?.ok) location.reload(); // the composer gives way to a note, or comes back
}

// What was shared is not any more: nothing new will come, and what is typed stays in sight.
function shutOut() {
  const note = document.getElementById("unshared");
  if (!note) return;
  if (thread.running) live.again(thread.running); // the server refuses it now
  composer.isLive = false;
  closed = { mode: "blocked", note, larger: document.createElement("template") };
  composer.stand(closed);
  delete sharing().dataset.shared;
  sitDown();
  composer.refresh();
}

// The control comes anew: the one who pressed it gets the keyboard back.
document.addEventListener("submit", ({ target }) => {
  if (target.id === "sharing-menu-list") pressedAt = performance.now();
});
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail?.ctx?.target?.id !== "sharing") return;
  sitDown();
  if (performance.now() - pressedAt < ECHO && document.activeElement === document.body) document.getElementById("sharing-menu-trigger")?.focus();
});

thread.addEventListener("tc:thread", () => {
  countHistory();
  showState();
  refreshConversations();
});
thread.addEventListener("click", (event) => {
  const card = event.target.closest("[data-prompt]");
  if (!card) return;
  if (card.dataset.offer && card.dataset.offer !== settings().offer) picker.pick(card.dataset.offer);
  composer.fill(card.dataset.prompt);
});
addEventListener("popstate", () => {
  if (location.pathname !== (thread.conversation ? thread.address(thread.conversation) : thread.dataset.newAddress)) location.reload();
});

// ── settings ──
let shownOffer = settings().offer;

function showSettings() {
  composer.facts = settings().facts;
  composer.stand(closed ?? settings().standing);
  showTrials(settings().offer);
  const { word, isLocked } = settings().thinking;
  const toggle = composer.querySelector("[data-thinking-toggle]");
  toggle.hidden = word === "none";
  toggle.setAttribute("aria-pressed", String(word === "on"));
  toggle.setAttribute("aria-disabled", String(isLocked));
  toggle.title = settings().lockedReason;
  composer.refresh();
}

// Another model: what its documentation suggests to try.
function showTrials(offer) {
  const place = document.getElementById("try");
  if (offer === shownOffer) return;
  shownOffer = offer;
  if (place) globalThis.htmx.ajax("GET", `${place.dataset.address}?offer=${offer}`, { target: "#try", swap: "outerMorph" });
}

document.addEventListener("tc:settings", showSettings);
document.addEventListener("htmx:after:swap", () => settings().refresh());
composer.querySelector("[data-thinking-toggle]").addEventListener("click", () => {
  if (settings().lockedReason) composer.tell(settings().lockedReason);
  else settings().toggleThinking();
});
function openPicker(card) {
  picker.open(card, { offer: settings().offer, prompt: composer.promptTokens });
}

document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-open-picker]");
  if (card) openPicker(card);
});
// Who points at the card will open it: the rows come meanwhile.
for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, ({ target }) => target.closest?.("[data-open-picker]") && picker.prepare());
document.addEventListener("click", async ({ target }) => {
  const way = target.closest("[data-way]");
  if (way) (await import("./ways.js")).takeWay(way, { picker, settings, openPicker: () => openPicker(document.querySelector("[data-open-picker]")) });
});

// The menu gives the focus back first.
document.querySelector("[data-what-if]").addEventListener("click", () => setTimeout(() => thread.openDialog(`${thread.address(thread.conversation)}what-if/`, document.getElementById("conversation-menu-trigger"))));

// ── the connection ──
showConnection(live, { isBusy: () => thread.running !== null });
live.addEventListener("notice", ({ detail }) => {
  if (detail.about !== "conversation") return;
  refreshConversations();
  const isOthers = detail.person !== undefined && detail.person !== page("person");
  const isHere = detail.conversation === thread.conversation;
  // The notice of a new conversation comes before the answer that names it.
  const isOwn = detail.what === "began" && !isOthers && (isHere || !thread.conversation) && isEcho();
  if (!isHere) return;
  if (detail.what === "began" && !isOwn) thread.catchUp();
  if (detail.what === "switched" && isOthers) thread.catchUp();
  if (detail.what === "shared") sharedAnew();
  if (detail.what === "closed") shutOut();
  if (detail.what === "deleted") location.assign(thread.dataset.newAddress);
});
live.connect();
if (thread.conversation) addressExports();
sitDown();
showSettings();
countHistory();
showState();

// ── keys and palette ──
document.addEventListener("tc:use-preset", (event) => {
  event.preventDefault();
  settings().usePreset(event.detail.preset);
});
provide("composer", () => composer.focus());
provide("edit", () => thread.editLast(), () => !readsOnly() && thread.querySelector('[data-act="edit"]') !== null);
const compare = async () => (await import("./compare-prompt.js")).comparePrompt(composer.text.trim() || thread.lastQuestion);
provide("compare", compare);
document.querySelector("[data-compare-prompt]")?.addEventListener("click", compare);
provide("stop", () => composer.stop(), () => thread.running !== null && !readsOnly());
provide("settings", () => toggleSheet("inspector"));
document.addEventListener("tc:choose-model", (event) => {
  const { offer, address } = event.detail;
  event.preventDefault();
  if (readsOnly()) location.assign(address);
  else picker.pick(offer).then((isChosen) => isChosen || location.assign(address));
});
