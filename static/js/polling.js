// The same commands and the same log over plain HTTP, for networks that block websockets. A poll waits at the server until
// there is something new; it begins anew when what is followed changes.
import { page } from "./dom.js";
import { LIVE } from "./states.js";

const PAUSE = 1_000; // after an empty or failed answer
const IDLE = 10_000; // when nothing is followed

export class Polling {
  #follows;
  #receive;
  #signedOut;
  #isOn = false;
  #abort = null;
  #woken = () => {};

  constructor({ follows, receive, signedOut }) {
    this.#follows = follows;
    this.#receive = receive;
    this.#signedOut = signedOut;
  }

  async isReachable() {
    try {
      const answer = await post("/live/command/", { id: 0, type: "ping" });
      return answer !== null;
    } catch (error) {
      if (error instanceof SignedOut) this.#signedOut();
      return false;
    }
  }

  async send(frame) {
    try {
      const answer = await post("/live/command/", frame);
      if (answer && this.#isOn) this.#receive(answer);
      else if (this.#isOn) setTimeout(() => this.#isOn && this.send(frame), PAUSE * 2);
    } catch (error) {
      this.#failed(error, () => this.send(frame));
    }
  }

  start() {
    this.#isOn = true;
    this.#loop();
  }

  stop() {
    this.#isOn = false;
    this.#abort?.abort();
    this.#woken();
  }

  wake() {
    this.#abort?.abort();
    this.#woken();
  }

  async #loop() {
    while (this.#isOn) {
      const follow = this.#follows();
      if (Object.keys(follow).length === 0) {
        await this.#rest(IDLE);
        continue;
      }
      this.#abort = new AbortController();
      try {
        const answer = await post("/live/poll/", { follow }, this.#abort.signal);
        const frames = answer?.frames ?? [];
        for (const frame of frames) this.#receive(frame);
        // Nothing new, or a run that nobody works on yet: not again at once.
        if (!frames.some((frame) => frame.type === "delta" || !LIVE.includes(frame.state))) await this.#rest(PAUSE);
      } catch (error) {
        if (error.name === "AbortError") continue;
        if (error instanceof SignedOut) {
          this.#failed(error);
          return;
        }
        await this.#rest(PAUSE * 3);
      }
    }
  }

  #rest(milliseconds) {
    return new Promise((resolve) => {
      this.#woken = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  #failed(error, again) {
    if (error instanceof SignedOut) {
      this.stop();
      this.#signedOut();
    } else if (this.#isOn) setTimeout(() => this.#isOn && again?.(), PAUSE * 2);
  }
}

class SignedOut extends Error {}

// Returns the answer, or null when the server has a fault. Throws SignedOut, or what fetch throws without a network.
async function post(path, body, signal) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": page("csrf") },
    body: JSON.stringify(body),
    credentials: "same-origin",
    redirect: "manual",
    signal,
  });
  if (response.status === 401 || response.status === 403 || response.type === "opaqueredirect") throw new SignedOut();
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return null;
  return response.json();
}
