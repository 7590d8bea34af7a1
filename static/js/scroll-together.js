// Boxes that scroll together: where the reader scrolls one, the others go to the same share of their length. What a script
// scrolls (an answer that grows) moves nothing else.

const INPUT = 300; // milliseconds after a wheel, key or touch in which a box moves because of it
const GLIDE = 150; // and after that as long as it keeps moving

export function together(root, selector, isOn) {
  let leader = null;
  let until = 0;

  const lead = ({ target }) => {
    leader = target.closest?.(selector) ?? null;
    until = performance.now() + INPUT;
  };
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) root.addEventListener(kind, lead, { passive: true });
  root.addEventListener("pointermove", (event) => event.buttons && lead(event), { passive: true });

  // Scrolling does not bubble.
  root.addEventListener("scroll", ({ target }) => target === leader && performance.now() < until && follow(target), { capture: true, passive: true });

  function follow(box) {
    until = Math.max(until, performance.now() + GLIDE);
    if (!isOn()) return;
    const share = box.scrollTop / Math.max(1, box.scrollHeight - box.clientHeight);
    for (const other of root.querySelectorAll(selector)) if (other !== box) other.scrollTop = share * (other.scrollHeight - other.clientHeight);
  }
}
