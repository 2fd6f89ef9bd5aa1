// On a narrow screen the row of tabs scrolls: the current one is brought into view.
export function showCurrentTab(root) {
  const current = root.querySelector(".tabs [aria-current]");
  if (!current) return;
  const tabs = current.closest(".tabs");
  tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.clientWidth) / 2;
}
