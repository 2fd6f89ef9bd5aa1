// Whose answer it is, and what to do about it. Between the browser and the lab stand proxies, firewalls
// and the sign-in pages of Wi-Fi networks, which answer in the lab's name.

// ours: whether it bears the lab's mark; status is 0 where there was no answer at all.
// "fine", "again" (at once), "gone" (begin anew), "later" (in the lab's own words), "stale" (the form's
// token), "refused" (for good, in the lab's own words); of others "lost", "portal", "busy", "small"
// (smaller pieces), "blocked".
export function answerKind(status, ours) {
  if (!status) return "lost";
  if (!ours) return kindOfOthers(status);
  if (status < 400) return "fine";
  if (status === 404 || status === 410) return "gone";
  if (status === 409 || status === 423 || status === 460) return "again";
  if (status === 403) return "stale";
  return status === 429 || status >= 500 ? "later" : "refused";
}

function kindOfOthers(status) {
  if (status === 413) return "small";
  if (status < 400 || status === 511) return "portal";
  return status === 408 || status === 425 || status === 429 || status >= 500 ? "busy" : "blocked";
}
