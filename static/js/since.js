// A story that was changed since it was last read in this browser says so above its text, and what is new. Which version of the last
// fifty stories was read, and when, is written down in this browser only; the newsroom is asked what changed since a version, by nobody.
// Without script: a changed story names its versions below.

const KEY = "read";
const MOST = 50;

const story = document.querySelector("article[data-version]");
if (story && !document.documentElement.dataset.kept) {
  const { version, address } = story.dataset;
  const before = note(address, Number(version));
  if (before && before[0] < Number(version)) tell(address, ...before);
}

/** Writes down that a version is read now; gives the version that was read before, and when. */
function note(address, version) {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const before = read[address];
    read[address] = [version, new Date().toISOString()];
    const newest = Object.entries(read).sort(([, a], [, b]) => b[1].localeCompare(a[1]));
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(newest.slice(0, MOST))));
    return before;
  } catch {
    return null; // a browser may keep nothing, or something else under this name
  }
}

async function tell(address, version, at) {
  const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };
  const answer = await fetch(`${address}/versions/${version}/since`, { headers }).catch(() => null);
  const said = answer?.ok ? (await answer.text()).trim() : "";
  if (!said) return;
  const text = story.querySelector(".art__text");
  text.insertAdjacentHTML("afterbegin", said);
  const shown = text.querySelector("[data-read-at]");
  const how = { dateStyle: "long", timeStyle: "short" };
  if (shown) shown.textContent = `on ${new Date(at).toLocaleString(document.documentElement.lang, how)}`;
}
