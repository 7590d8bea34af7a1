// Who else looks at a shared conversation. The server says "here" for everybody every few seconds; whoever is silent for a
// while is forgotten, so that nobody stays whose browser or server has died.
import { element, page } from "./dom.js";
import { fill, gettext, ngettext, number } from "./language.js";

const SILENT = 8_000; // milliseconds: more than two signs of life
const GONE = 1_500; // a page that is only loaded anew is back by then
const LOOK = 500;
const FACES = 3;

export class Company {
  #live;
  #conversation = "";
  #people = new Map(); // person → {name, until}
  #shown = "";

  constructor(live) {
    this.#live = live;
    live.addEventListener("notice", ({ detail }) => detail.about === "presence" && detail.conversation === this.#conversation && this.#hear(detail));
    live.addEventListener("status", () => this.#look());
    setInterval(() => this.#show(), LOOK);
  }

  // The page shows this shared conversation; "" for none.
  sit(conversation) {
    if (conversation !== this.#conversation) this.#people.clear();
    this.#conversation = conversation;
    this.#look();
    this.#show();
  }

  #look() {
    if (this.#live.status.phase !== "open") return; // over HTTP nobody is heard
    const conversation = this.#conversation || null;
    this.#live.send({ type: "conversation.look", conversation }).then(({ here }) => here.forEach((one) => this.#hear({ ...one, what: "here" })), () => {});
  }

  #hear({ person, name, what }) {
    if (person === page("person")) return;
    if (what === "here") this.#people.set(person, { name, until: performance.now() + SILENT });
    else if (this.#people.has(person)) this.#people.get(person).until = performance.now() + GONE;
    this.#show();
  }

  #show() {
    for (const [person, { until }] of this.#people) if (until < performance.now()) this.#people.delete(person);
    const names = [...this.#people.values()].map(({ name }) => name).sort();
    const place = document.querySelector("[data-company]");
    const wanted = names.join("\n");
    if (!place || (wanted === this.#shown && Boolean(place.firstChild) === names.length > 0)) return;
    this.#shown = wanted;
    place.replaceChildren(...(names.length ? [faces(names), element("span", { class: "tc-company-words" }, words(names))] : []));
    place.title = names.join(", ");
  }
}

const faces = (names) => element("span", { class: "tc-company-faces", "aria-hidden": "true" }, ...names.slice(0, FACES).map((name) => element("span", { class: "tc-avatar" }, [...name][0].toUpperCase())));

function words([first, ...others]) {
  if (!others.length) return fill(gettext("%(name)s is here"), { name: first });
  return fill(ngettext("%(name)s and %(count)s other are here", "%(name)s and %(count)s others are here", others.length), { name: first, count: number(others.length) });
}
