// Changing the language draws the page anew: this brings the reader back to where they were. What was typed into the composer
// is a draft anyway (drafts.js), and a running answer is followed again from its number.
const KEPT = "tc:place";

// Called when the language form is sent: the address may have changed since the page was made (a first turn does that).
export function keepPlace(form) {
  form.elements.next.value = location.pathname + location.search + location.hash;
  const scroller = scrolling();
  if (!scroller) return;
  const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const anchor = [...document.querySelectorAll("message-view")].find((one) => one.getBoundingClientRect().bottom > scroller.getBoundingClientRect().top);
  const place = { path: location.pathname, top: scroller.scrollTop, isAtEnd: isAtEnd && Boolean(anchor), anchor: anchor?.id, offset: anchor?.getBoundingClientRect().top };
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(place));
  } catch {
    // Storage is switched off: the page begins where it always does.
  }
}

export function returnToPlace() {
  const place = taken();
  if (!place || place.path !== location.pathname || place.isAtEnd) return;
  addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => show(place))), { once: true });
}

function show({ top, anchor, offset }) {
  const scroller = scrolling();
  const message = anchor && document.getElementById(anchor);
  if (message) scroller.scrollTop += message.getBoundingClientRect().top - offset;
  else if (scroller) scroller.scrollTop = top;
}

function taken() {
  try {
    const place = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
    return place;
  } catch {
    return null;
  }
}

const scrolling = () => document.querySelector(".tc-thread, .tc-page, .tc-entrance-side");
