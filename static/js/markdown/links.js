// Links of a model: they say where they lead. An image is never loaded; it becomes such a link.
import { element, icon } from "../dom.js";
import { gettext } from "../language.js";

export function decorateLinks(root) {
  for (const link of root.querySelectorAll("a")) {
    const place = address(link.getAttribute("href"));
    if (!place) {
      link.replaceWith(...link.childNodes); // javascript:, data:, //host, /path: nothing of ours to follow
      continue;
    }
    link.rel = "noopener nofollow noreferrer";
    link.target = "_blank";
    const isImage = link.hasAttribute("data-image");
    link.removeAttribute("data-image");
    if (isImage) {
      link.className = "tc-image";
      link.textContent = link.textContent.trim() || gettext("Image");
      link.prepend(icon("image", { small: true }));
    }
    if (place.protocol !== "mailto:" && (isImage || !names(link.textContent, place.host))) {
      link.after(element("span", { class: "tc-host" }, `(${place.host})`));
    }
  }
}

function address(href) {
  if (!href) return null;
  try {
    const place = new URL(href);
    return ["http:", "https:", "mailto:"].includes(place.protocol) ? place : null;
  } catch {
    return null;
  }
}

// Whether the text of a link already is its address, so that the host need not be said again.
function names(text, host) {
  const shown = text.trim().replace(/^https?:\/\//i, "").split(/[/?#]/)[0].toLowerCase();
  return shown === host;
}
