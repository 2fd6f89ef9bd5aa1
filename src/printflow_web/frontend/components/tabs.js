// On a narrow screen the row of tabs scrolls: the current one is brought into view.
export function showCurrentTab(root) {
  const current = root.querySelector(".tabs [aria-current]");
  if (!current) return;
  const tabs = current.closest(".tabs");
  tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.clientWidth) / 2;
}

// Newer tabs take the place of the old ones, scrolled as those were.
export function keepTabsInView(old, fresh) {
  const scrolled = old.querySelector(".tabs").scrollLeft;
  old.replaceWith(fresh);
  fresh.querySelector(".tabs").scrollLeft = scrolled;
}
