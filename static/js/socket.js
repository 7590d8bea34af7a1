// One connection of the tab to the server: commands with answers, followed generations, notices. It heals itself: after a
// loss it comes back with back-off, sends again what was not answered (commands are idempotent by their client_id) and
// follows every log from the number it has. Where websockets are blocked it speaks the same over HTTP (polling.js).
//
// Events: "status" (see `status`), "notice" (detail: the frame), "draining".
import { afterClose, delay } from "./backoff.js";
import { gettext } from "./language.js";
import { LIVE } from "./states.js";

const PING_EVERY = 25_000; // below the idle limit of usual proxies
const ANSWER_WITHIN = 10_000;
const BLOCKED_AFTER = 2; // sockets that never said hello, before HTTP is tried
const TRY_SOCKET_AGAIN = 60_000;
const SEEN_FRAMES = 12;
const SEEN_CHARACTERS = 64_000;

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export class Connection extends EventTarget {
  // phase: "connecting", "open", "waiting" (with attempt, at), "offline", "polling", "signed-out", "put-out", "refused", "outdated"
  status = { phase: "connecting", attempt: 0, at: 0 };

  #address;
  #socket = null;
  #polling = null;
  #number = 0;
  #pending = new Map(); // id → {frame, resolve, reject}
  #follows = new Map(); // generation → {after(), handle(frame)}
  #unseen = new Map(); // generation → {frames, characters}
  #silent = 0; // sockets in a row that closed before their hello
  #attempt = 0;
  #timer = 0;
  #pinger = 0;

  constructor(address) {
    super();
    this.#address = address;
  }

  connect() {
    addEventListener("online", () => this.reconnect());
    addEventListener("offline", () => this.#isUp() || this.#become("offline"));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#check());
    document.addEventListener("resume", () => this.#check());
    addEventListener("pageshow", (event) => event.persisted && this.#check());
    this.#open();
  }

  // Resolves with the ack; rejects with a Refusal. While there is no connection the command waits for one; `signal` takes
  // back one that still waits (a Refusal "withdrawn").
  send(frame, { signal } = {}) {
    const id = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { frame: { id, ...frame }, resolve, reject });
      signal?.addEventListener("abort", () => this.#settle(id, (waiting) => waiting.reject(new Refusal("withdrawn", ""))));
      this.#transmit(this.#pending.get(id).frame);
    });
  }

  // Whether a command would leave at once.
  get isReady() {
    return this.#isUp() || this.#polling !== null;
  }

  // Follows a generation from `follower.after()`; its frames go to `follower.handle(frame)`. A log that has ended before
  // comes as one "end" frame too.
  follow(generation, follower) {
    this.#follows.set(generation, follower);
    this.#ask(generation);
  }

  unfollow(generation) {
    if (!this.#follows.delete(generation)) return;
    this.#unseen.delete(generation);
    if (this.#polling) this.#polling.wake();
    else if (this.#isUp()) this.send({ type: "generation.unfollow", generation }).catch(() => {});
  }

  // The log left a gap: ask again from where the follower stands.
  again(generation) {
    this.#ask(generation);
  }

  reconnect() {
    if (this.#isUp() || this.#socket?.readyState === WebSocket.CONNECTING || isOver(this.status.phase)) return;
    clearTimeout(this.#timer);
    this.#open();
  }

  #isUp() {
    return this.status.phase === "open";
  }

  #become(phase, more = {}) {
    this.status = { phase, attempt: this.#attempt, at: 0, ...more };
    if (isOver(phase)) {
      for (const { reject } of this.#pending.values()) reject(new Refusal(phase, gettext("There is no connection to the server.")));
      this.#pending.clear();
    }
    this.dispatchEvent(new Event("status"));
  }

  #open() {
    if (!this.#polling) this.#become("connecting");
    let isGreeted = false;
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) return;
      const frame = JSON.parse(data);
      if (frame.type === "hello") {
        isGreeted = true;
        this.#greeted(frame);
      } else this.#receive(frame);
    });
    socket.addEventListener("close", ({ code }) => socket === this.#socket && this.#closed(code, isGreeted));
  }

  #greeted(frame) {
    this.#silent = 0;
    this.#attempt = 0;
    this.#polling?.stop();
    this.#polling = null;
    if (frame.protocol !== 1) {
      this.#socket.close();
      this.#become("outdated");
      return;
    }
    this.#become("open");
    for (const generation of this.#follows.keys()) this.#ask(generation);
    for (const { frame: waiting } of this.#pending.values()) if (waiting.type !== "generation.follow") this.#transmit(waiting);
    clearInterval(this.#pinger);
    this.#pinger = setInterval(() => this.#check(), PING_EVERY);
  }

  #closed(code, wasGreeted) {
    this.#socket = null;
    clearInterval(this.#pinger);
    this.#unseen.clear();
    for (const [id, { frame }] of this.#pending) if (frame.type === "generation.follow" || frame.type === "ping") this.#pending.delete(id);
    const next = afterClose(code);
    if (isOver(next)) {
      this.#polling?.stop();
      this.#become(next);
      return;
    }
    this.#silent = wasGreeted ? 0 : this.#silent + 1;
    if (this.#polling) {
      this.#timer = setTimeout(() => this.#open(), TRY_SOCKET_AGAIN);
      return;
    }
    if (this.#silent >= BLOCKED_AFTER) this.#tryPolling();
    this.#attempt += 1;
    const wait = next === "later" ? 30_000 : next === "soon" ? delay(1) : delay(this.#attempt);
    if (navigator.onLine === false) this.#become("offline");
    else this.#become("waiting", { at: Date.now() + wait });
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  // Whether the other side still is there: after sleep a socket may look open and be dead.
  #check() {
    if (!this.#isUp()) {
      this.reconnect();
      return;
    }
    const socket = this.#socket;
    const late = setTimeout(() => {
      if (socket !== this.#socket) return;
      socket.close();
      this.#closed(1006, true);
    }, ANSWER_WITHIN);
    this.send({ type: "ping" }).then(() => clearTimeout(late), () => clearTimeout(late));
  }

  async #tryPolling() {
    const { Polling } = await import("./polling.js").catch(() => ({}));
    if (!Polling) return; // the server is away altogether
    const polling = new Polling({
      follows: () => Object.fromEntries([...this.#follows].map(([generation, follower]) => [generation, follower.after()])),
      receive: (frame) => this.#receive(frame),
      signedOut: () => {
        this.#polling = null;
        this.#socket?.close();
        clearTimeout(this.#timer);
        this.#become("signed-out");
      },
    });
    if (!(await polling.isReachable()) || this.#isUp() || this.#polling) return;
    this.#polling = polling;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), TRY_SOCKET_AGAIN);
    this.#become("polling");
    for (const { frame } of this.#pending.values()) polling.send(frame);
    polling.start();
  }

  #transmit(frame) {
    if (this.#polling) this.#polling.send(frame);
    else if (this.#isUp()) this.#socket.send(JSON.stringify(frame));
  }

  #ask(generation) {
    const follower = this.#follows.get(generation);
    if (!follower) return;
    if (this.#polling) this.#polling.wake();
    if (this.#polling || !this.#isUp()) return;
    this.send({ type: "generation.follow", generation, after: follower.after() }).then(
      (ack) => this.#followed(generation, follower, ack),
      (refusal) => this.#followed(generation, follower, { live: false, state: "gone", refusal }),
    );
  }

  #followed(generation, follower, ack) {
    if (ack.live || this.#follows.get(generation) !== follower) return;
    if (LIVE.includes(ack.state)) {
      setTimeout(() => this.#ask(generation), 1000); // the server has just started and not taken it up yet
      return;
    }
    this.#hand({ type: "end", generation, seq: ack.seq, state: ack.state, message: ack.message });
  }

  #receive(frame) {
    switch (frame.type) {
      case "ack":
        this.#settle(frame.id, (waiting) => waiting.resolve(frame));
        break;
      case "error":
        if (frame.generation) this.#hand({ ...frame, type: "end", state: "gone" });
        else this.#settle(frame.id, (waiting) => waiting.reject(new Refusal(frame.code, frame.message)));
        break;
      case "end":
        if (!LIVE.includes(frame.state)) this.#hand(frame); // else not taken up yet: asked again
        break;
      case "delta":
      case "state":
        this.#hand(frame);
        break;
      case "notice":
        this.dispatchEvent(new CustomEvent("notice", { detail: frame }));
        break;
      case "draining":
        this.dispatchEvent(new Event("draining"));
        break;
      default: // a newer server's frame: nothing to do with it
    }
  }

  #settle(id, how) {
    const waiting = this.#pending.get(id);
    if (!waiting) return;
    this.#pending.delete(id);
    how(waiting);
  }

  #hand(frame) {
    const follower = this.#follows.get(frame.generation);
    if (!follower) return;
    if (frame.type === "end") this.#follows.delete(frame.generation);
    follower.handle(frame);
    if (frame.type === "delta" && !this.#polling) this.#seen(frame, follower.after());
  }

  // Tells the server how far we are, so that it never sends more than we can take.
  #seen(frame, seq) {
    const counted = this.#unseen.get(frame.generation) ?? { frames: 0, characters: 0 };
    counted.frames += 1;
    for (const [, text] of frame.parts) counted.characters += text.length;
    this.#unseen.set(frame.generation, counted);
    if (counted.frames < SEEN_FRAMES && counted.characters < SEEN_CHARACTERS) return;
    this.#unseen.delete(frame.generation);
    this.#transmit({ type: "generation.seen", generation: frame.generation, seq });
  }
}

const isOver = (phase) => ["signed-out", "put-out", "refused", "outdated"].includes(phase);
