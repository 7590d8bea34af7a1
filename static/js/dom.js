// Makes elements without HTML strings, and reads what the server wrote into <meta name="tc-page">.

export function page(name) {
  return document.querySelector('meta[name="tc-page"]')?.dataset[name] ?? "";
}

// element("p", {class: "tc-note", hidden: true}, "text", child, …). Texts become text nodes, never markup.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null && child !== ""));
  return made;
}

// A script of others, fetched when it is first needed; resolves when it has run.
export function script(address) {
  return new Promise((resolve, reject) => {
    const made = element("script", { src: address });
    made.addEventListener("load", resolve);
    made.addEventListener("error", reject);
    document.head.append(made);
  });
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name, { small = false, spin = false } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", spin ? "tc-i tc-spin" : "tc-i");
  svg.setAttribute("aria-hidden", "true");
  if (small) svg.dataset.size = "sm";
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${page("icons")}#${name}`);
  svg.append(use);
  return svg;
}

// The polite live region: said once, not shown.
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}

// A confirmation that goes by itself. Errors never come as toasts: they stand where they happened.
// action {label, run}: a button that does something about it, once; it stays longer for that.
export function toast(text, tone = "ok", action = null) {
  const line = element("div", { class: "tc-toast-line", "data-tone": tone }, icon(tone === "ok" ? "circle-check" : "info"), element("p", {}, text));
  const made = element("div", { class: "toast", role: "status", "aria-atomic": "true", "data-duration": action ? "10000" : "5000" }, element("div", { class: "toast-content" }, line));
  if (action) {
    const button = element("button", { type: "button", class: "btn", "data-variant": "ghost", "data-size": "sm", "data-toast-cancel": true }, action.label);
    button.addEventListener("click", action.run, { once: true });
    line.append(button);
  }
  document.getElementById("toaster")?.append(made);
}

// Appends what is new to a text node, so that a selection in it survives.
export function appendText(place, text) {
  const shown = place.firstChild;
  if (shown && text.startsWith(shown.data)) shown.appendData(text.slice(shown.data.length));
  else place.textContent = text;
}

// Markup that our own server rendered, as elements.
export function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

// When the page has nothing better to do, at the latest in a third of a second.
export const idle = globalThis.requestIdleCallback ? (work) => requestIdleCallback(work, { timeout: 300 }) : (work) => setTimeout(work, 16);
