// Narrows the list while its search is typed. The address always says what is shown, so that Back,
// a reload and a bookmark work; without scripts the form does the same by Enter.
const PAUSE = 300;

function addressOf(words) {
  const address = new URL(window.location.href);
  address.hash = "";
  for (const place of ["after", "page"]) address.searchParams.delete(place);
  if (words) address.searchParams.set("search", words);
  else address.searchParams.delete("search");
  return address;
}

// Of the lists with names of their own, the one that is shown.
function markView() {
  const wanted = (search) => [...new URLSearchParams(search)].filter(([, text]) => text).sort().join("&");
  for (const tab of document.querySelectorAll("#view-tabs a:not([data-dialog])")) {
    if (wanted(tab.search) === wanted(window.location.search)) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

export function searchAsTyped(look) {
  const box = document.getElementById("search");
  if (!box) return;
  let timer;
  let typing = false; // one step back for all that is typed in one go
  let shown = window.location.search;

  const narrow = () => {
    const address = addressOf(box.value.trim());
    if (address.search === window.location.search) return;
    if (typing) window.history.replaceState(window.history.state, "", address);
    else window.history.pushState(null, "", address);
    typing = true;
    show();
  };

  const show = () => {
    shown = window.location.search;
    // Forms lead back to the list as it is shown.
    for (const field of document.querySelectorAll("#bulk [name=next], #reviewed [name=next], #let-in [name=next]")) {
      field.value = window.location.pathname + shown;
    }
    markView();
    look();
  };

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(narrow, PAUSE);
  });
  box.addEventListener("compositionend", () => {
    timer = setTimeout(narrow, PAUSE);
  });
  box.addEventListener("blur", () => {
    typing = false;
  });
  window.addEventListener("popstate", () => {
    if (window.location.search === shown) return; // a jump within the page
    typing = false;
    box.value = new URLSearchParams(window.location.search).get("search") || "";
    show();
  });
}
