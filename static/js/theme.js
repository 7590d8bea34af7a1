// Runs before the first paint, as a plain blocking script: sets the theme, the kind of keyboard and what was folded, so that nothing
// jumps.
// The server writes data-theme ("light", "dark" or "system") from the person's preference; only "system" is resolved here.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.theme;
    root.classList.toggle("dark", chosen === "dark" || (chosen !== "light" && dark.matches));
  };
  root.classList.add("js");
  root.dataset.keyboard = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform) ? "mac" : "pc";
  apply();
  dark.addEventListener("change", apply);
  new MutationObserver(apply).observe(root, { attributeFilter: ["data-theme"] });
  try {
    for (const name of ["sidebar", "inspector"]) {
      const kept = localStorage.getItem(`tc:${name}`);
      if (kept) root.dataset[name] = kept;
    }
  } catch {
    // Storage is switched off: everything starts unfolded.
  }
})();
