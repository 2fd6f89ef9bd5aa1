// "More actions" of a row leads to the job's page, and the menu of a machine to a page of its own. Scripts
// open a menu there instead, one for all rows, filled with what can be done with the job or the machine
// now; where that doesn't come, the link is followed.
let panel, opener;

function close(back) {
  if (!opener) return;
  opener.removeAttribute("aria-expanded");
  if (back) opener.focus();
  opener = null;
  panel.remove();
}

async function open(link) {
  close();
  panel ||= document.getElementById("row-menu");
  opener = link;
  link.setAttribute("aria-expanded", "true");
  const waiting = document.createElement("p");
  waiting.className = "menu-title";
  waiting.role = "status";
  waiting.textContent = panel.dataset.wait;
  panel.replaceChildren(waiting);
  panel.hidden = false;
  link.after(panel);
  const address = new URL(link.href);
  address.hash = "";
  if (!address.pathname.endsWith("/menu")) address.pathname += "/menu";
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    const items = page.querySelectorAll(".menu-item");
    if (opener !== link) return; // closed meanwhile
    if (answer.redirected || !items.length) throw new Error("no menu came");
    panel.replaceChildren(...items);
  } catch {
    if (opener === link) window.location.assign(link.href);
  }
}

function step(by) {
  const items = [...panel.querySelectorAll(".menu-item")].filter((item) => item.offsetParent);
  const next = items[items.indexOf(document.activeElement) + by] || (by < 0 && opener);
  if (next) next.focus();
}

export function rowMenus(root) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-menu]");
    const special = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (link && !special) {
      event.preventDefault();
      if (link === opener) close(true);
      else open(link);
    } else if (opener && !panel.contains(event.target)) close();
    // What was chosen is done by others, who still look for its row; a dialog gives the focus back.
    else if (opener && event.target.closest("a, button")) {
      opener.focus();
      setTimeout(close);
    }
  });
  root.addEventListener("keydown", (event) => {
    const link = event.target.closest("a[data-menu]");
    const within = opener && (link === opener || panel.contains(event.target));
    if (event.key === " " && link) link.click();
    else if (event.key === "Escape" && opener) close(true);
    else if (event.key === "ArrowDown" && within) step(1);
    else if (event.key === "ArrowUp" && within) step(-1);
    else return;
    event.preventDefault();
  });
}
