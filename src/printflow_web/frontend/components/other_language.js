// Choosing another language opens the page anew: what was typed comes along, as it does over Reload.
// Ticks of the submission form don't: what they agree to is said in other words then.

const COMES_ALONG = "printflow.other_language";

const here = () => window.location.pathname + window.location.search;

// Before anything looks for what was typed.
export function bringTyped() {
  const brought = JSON.parse(sessionStorage.getItem(COMES_ALONG) || "null");
  sessionStorage.removeItem(COMES_ALONG);
  if (brought?.address === here()) history.replaceState({ ...history.state, ...brought.state }, "");
}

// After everything that keeps what is typed.
export function carryTyped(root) {
  root.addEventListener("submit", ({ target }) => {
    if (!target.matches("[data-language]")) return;
    const { kept, draft } = history.state || {};
    const state = { kept, ...(draft && { draft: { ...draft, consent: null } }) };
    sessionStorage.setItem(COMES_ALONG, JSON.stringify({ address: here(), state }));
  });
}
