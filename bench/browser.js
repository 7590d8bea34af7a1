// Runs in every page before its own scripts: what the browser itself reports, and the moment the conversation is open.
(() => {
  const bench = (window.bench = { tasks: [], shifts: [], openedAt: null });
  const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("longtask", ({ startTime, duration }) => bench.tasks.push([startTime, duration]));
  watch("layout-shift", ({ startTime, value, hadRecentInput }) => hadRecentInput || bench.shifts.push([startTime, value]));

  // Open: the thread stands at its end, and everything in sight is drawn, formulas and the colours of code too.
  const isOpen = () => {
    const thread = document.getElementById("thread");
    const last = thread?.querySelector("message-view:last-of-type [data-body]");
    if (!last?.childElementCount || thread.scrollHeight - thread.scrollTop - thread.clientHeight > 1) return false;
    const { top, bottom } = thread.getBoundingClientRect();
    const isInSight = (place) => ((box) => box.height && box.bottom > top && box.top < bottom)(place.getBoundingClientRect());
    const raw = ".tc-plain, .tc-math:not(:has(.katex)), figure:not([data-language='']) code:not(:has(span))";
    const views = [...thread.querySelectorAll("message-view[data-role=assistant]")].filter(isInSight);
    return views.every((view) => view.querySelector("[data-body]").childElementCount && ![...view.querySelectorAll(raw)].some(isInSight));
  };
  // Seen at the beginning of a frame; with the beginning of the next one that frame is on the screen.
  const look = () =>
    requestAnimationFrame(() => {
      if (!isOpen()) look();
      else requestAnimationFrame(() => (bench.openedAt = performance.now()));
    });
  look();
})();
