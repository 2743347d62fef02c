// Says what has just happened: to screen readers always, to everybody where the page does not show it anyway. It writes into
// <p id="status" class="status-line" role="status">, which stands empty on every page.
// Without script: nothing happens without a new page, and the new page says it.

const SHOWN_FOR_MS = 5000;
const ANNOUNCE_AFTER_MS = 60; // the same words twice are only read twice if the line was empty in between

let timer;

export function announce(text, { shown = false } = {}) {
  const line = document.getElementById("status");
  if (!line) return;

  clear(line);
  timer = setTimeout(() => {
    line.textContent = text;
    line.toggleAttribute("data-shown", shown);
    timer = setTimeout(clear, SHOWN_FOR_MS, line);
  }, ANNOUNCE_AFTER_MS);
}

function clear(line) {
  clearTimeout(timer);
  line.textContent = "";
  line.removeAttribute("data-shown");
}

document.addEventListener("keydown", ({ key }) => {
  const line = document.getElementById("status");
  if (key === "Escape" && line?.hasAttribute("data-shown")) clear(line);
});

// htmx leaves the page as it is when the network or the server is gone. The reader should know why nothing came.
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.request) announce("That did not work. Check your connection and try again.", { shown: true });
});
