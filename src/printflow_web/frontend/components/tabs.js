// On a narrow screen the row of tabs scrolls: the current one is brought into view.
export function showCurrentTab(root) {
  const current = root.querySelector(".tabs [aria-current]");
  if (!current) return;
  const tabs = current.closest(".tabs");
  tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.clientWidth) / 2;
  if (tabs.matches(".tabs-pinned") && getComputedStyle(tabs).direction === "ltr") coverWhole(tabs);
}

// The first tab stays where it is. The one that it would cover in part goes under it whole: what is
// left of it would be too small to hit.
function coverWhole(tabs) {
  const [pinned, ...others] = tabs.querySelectorAll(".tab");
  const edge = pinned.getBoundingClientRect().right;
  const places = others.map((tab) => tab.getBoundingClientRect());
  const cut = places.find(({ left, right }) => left < edge && right > edge);
  if (cut) tabs.scrollLeft += Math.ceil(cut.right - edge);
}

// Newer tabs take the place of the old ones, scrolled as those were.
export function keepTabsInView(old, fresh) {
  const scrolled = old.querySelector(".tabs").scrollLeft;
  old.replaceWith(fresh);
  fresh.querySelector(".tabs").scrollLeft = scrolled;
}
