// The chat page: joins thread, composer, run settings, model picker and the connection.
import { showConnection } from "./banner.js";
import { refreshConversations, syncConversations } from "./conversations.js";
import { announce } from "./dom.js";
import { lockedReason } from "./elements/run-settings.js";
import "./elements/message-view.js";
import "./elements/model-picker.js";
import "./elements/prompt-composer.js";
import "./elements/thread-view.js";
import { gettext } from "./language.js";
import { live } from "./live.js";

const ECHO = 3_000; // milliseconds in which a notice of a beginning run is our own

const thread = document.querySelector("thread-view");
const composer = document.querySelector("prompt-composer");
const picker = document.querySelector("model-picker");
const settings = () => document.querySelector("run-settings");
let sentAt = -ECHO;

// ── sending and stopping ──
composer.deliver = async ({ text, clientId }) => {
  sentAt = performance.now();
  const ack = await live.send({ type: "message.send", conversation: thread.conversation || null, parent: thread.lastMessage, client_id: clientId, text, settings: settings().values });
  sentAt = performance.now();
  if (ack.conversation !== thread.conversation) adopt(ack);
  thread.take(ack);
  estimateMeter(ack.assistant_message, composer.promptTokens);
  showState();
  refreshConversations();
};

composer.stop = () => {
  const generation = thread.running;
  if (!generation) return;
  announce(gettext("Stopping"));
  live.send({ type: "generation.stop", generation }).catch(() => {}); // already over: its end is on the way
};

// What the live meter of the new answer reckons with, until the provider reports.
function estimateMeter(message, prompt) {
  const { inputPrice, outputPrice, sign } = settings().facts;
  const meter = document.getElementById(`meter-${message}`);
  if (meter) Object.assign(meter.dataset, { prompt, inputPrice, outputPrice, sign });
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
  syncConversations();
}

// The open branch as a prompt: what its last answer read and wrote, without its thinking, which is not sent back.
function countHistory() {
  const used = thread.lastReported;
  if (used) composer.historyTokens = Math.max(0, used.prompt + used.completion - used.reasoning - settings().facts.systemTokens);
}

thread.addEventListener("tc:settled", countHistory);
thread.addEventListener("htmx:after:swap", () => {
  countHistory();
  showState();
});

function showState() {
  composer.isLive = thread.running !== null;
}

thread.addEventListener("tc:thread", () => {
  showState();
  refreshConversations();
});
thread.addEventListener("click", (event) => {
  const card = event.target.closest("[data-prompt]");
  if (!card) return;
  if (card.dataset.offer && card.dataset.offer !== settings().offer) picker.pick(card.dataset.offer);
  composer.fill(card.dataset.prompt);
});
addEventListener("popstate", () => location.reload());

// ── settings ──
function showSettings() {
  composer.facts = settings().facts;
  const { word, isLocked } = settings().thinking;
  const toggle = composer.querySelector("[data-thinking-toggle]");
  toggle.hidden = word === "none";
  toggle.setAttribute("aria-pressed", String(word === "on"));
  toggle.setAttribute("aria-disabled", String(isLocked));
  toggle.title = isLocked ? lockedReason() : "";
  composer.refresh();
}

document.addEventListener("tc:settings", showSettings);
document.addEventListener("htmx:after:swap", () => settings().refresh());
composer.querySelector("[data-thinking-toggle]").addEventListener("click", () => settings().toggleThinking());
document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-open-picker]");
  if (card) picker.open(card, { offer: settings().offer, prompt: composer.promptTokens });
});

// ── the connection ──
showConnection(live, { isBusy: () => thread.running !== null });
live.addEventListener("notice", ({ detail }) => {
  if (detail.about !== "conversation") return;
  refreshConversations();
  if (detail.conversation !== thread.conversation) return;
  if (detail.what === "began" && performance.now() - sentAt > ECHO) thread.catchUp();
  if (detail.what === "deleted") location.assign(thread.dataset.newAddress);
});
live.connect();
showSettings();
showState();

// ── keys ──
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.metaKey && !event.ctrlKey && !event.altKey) composer.focus();
  else if (event.key === "Escape" && thread.running && !document.querySelector(":popover-open, dialog[open]")) composer.stop();
  else if (event.key === "ArrowUp" && event.altKey) thread.editLast();
  else return;
  event.preventDefault();
});
