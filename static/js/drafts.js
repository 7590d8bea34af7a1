// What a person typed but did not send, kept in this browser per person and conversation. Survives reload, sign-out and
// expiry; whoever signs in after them on the same computer gets their own.
import { page } from "./dom.js";

const NEW = "new";
const key = (conversation) => `tc:draft:${page("person")}:${conversation || NEW}`;

export function readDraft(conversation) {
  return read(key(conversation)) ?? "";
}

export function keepDraft(conversation, text) {
  write(key(conversation), text || null);
}

// The files that go with it; those that are too much for the browser's storage are there until the page is left.
export function readFiles(conversation) {
  try {
    return JSON.parse(read(`${key(conversation)}:files`) ?? "[]");
  } catch {
    return [];
  }
}

export function keepFiles(conversation, files) {
  write(`${key(conversation)}:files`, files.length ? JSON.stringify(files.map(({ name, text }) => ({ name, text }))) : null);
}

// Answers whose "cut off" note the person put away; the newest two hundred.
export function keptAsIs() {
  return new Set((read("tc:kept") ?? "").split(" ").filter(Boolean));
}

export function keepAsIs(message) {
  write("tc:kept", [...keptAsIs(), message].slice(-200).join(" "));
}

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is full or switched off: the text stays in its field.
  }
}
