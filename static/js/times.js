// <time datetime="…" data-relative>: what is less than a day old reads "12 min ago" or "3 h ago", with the absolute time as its
// title. Kept right while the page is looked at, and in what htmx brings.
// Without script: the absolute time that the server wrote, as the cached page has it.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function ago(ms) {
  if (ms < MINUTE) return "just now";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  return `${Math.floor(ms / HOUR)} h ago`;
}

function refresh() {
  // A preview is of another moment than now: what its pages print stays.
  for (const time of document.querySelectorAll("time[data-relative]:not(.previewbar ~ main time)")) {
    const age = Date.now() - Date.parse(time.dateTime);
    if (age >= 0 && age < DAY) {
      time.title ||= time.textContent;
      const text = ago(age);
      if (time.textContent !== text) time.textContent = text;
    } else if (time.title) {
      time.textContent = time.title; // it has become a day old in front of the reader
      time.removeAttribute("data-relative");
    }
  }
}

refresh();
setInterval(() => document.hidden || refresh(), MINUTE);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.addEventListener("htmx:after:settle", refresh);

// On paper «2 h ago» means nothing.
addEventListener("beforeprint", () => {
  for (const time of document.querySelectorAll("time[data-relative][title]")) time.textContent = time.title;
});
addEventListener("afterprint", refresh);
