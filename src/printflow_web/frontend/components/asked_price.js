// The price of what is typed, as the server calculates it: no rule about money is written here.
const PAUSE_MS = 150; // while someone is still typing

// Calls `show` with the server's answer, or null where it gives none; an answer that a later
// question has overtaken is thrown away; null asks nothing.
export function askedPrice(address, show) {
  let timer = 0;
  let asked = null;
  return (fields) => {
    clearTimeout(timer);
    if (asked) asked.abort();
    if (!fields) return;
    const mine = (asked = new AbortController());
    timer = setTimeout(async () => {
      let answer = null;
      try {
        const response = await fetch(`${address}?${new URLSearchParams(fields)}`, {
          headers: { Accept: "application/json", "X-Requested-With": "price" },
          signal: mine.signal,
        });
        if (response.ok) answer = await response.json();
      } catch {
        // No connection; the form can be sent all the same, and the server has the last word.
      }
      if (!mine.signal.aborted) show(answer);
    }, PAUSE_MS);
  };
}
