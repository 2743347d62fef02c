// Where a story is written: says every twenty seconds that it is open, and shows who else is; counts a headline's letters, adds a row for a byline, leads to
// the words that a mark of the proof or a note speaks of, and has the text proofread again when it was saved.
// Without script: who else was writing stands on the page as it was made, and the counts with it.

const BLOCKS = "p, h2, h3, li, td, th, figcaption, caption";
const EVERY = 20_000; // milliseconds; articles/presence.py has how long somebody counts as there

const form = document.querySelector("form[data-story]");
if (form) {
  const here = `/desk/articles/${form.dataset.story}/here`;
  const say = async () => {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    try {
      const answer = await fetch(here, { method: "POST", body });
      if (!answer.ok || answer.redirected) return;
      const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("others");
      const shown = document.getElementById("others");
      if (made && shown && made.textContent.trim() !== shown.textContent.trim()) shown.replaceChildren(...made.childNodes);
    } catch {
      // there is no connection; the next try says it
    }
  };
  say();
  setInterval(() => document.visibilityState === "visible" && say(), EVERY);

  form.addEventListener("input", ({ target }) => {
    const guide = target.dataset.guide && document.getElementById(target.getAttribute("aria-describedby"));
    if (guide) guide.textContent = guide.textContent.replace(/^\d+/, [...target.value].length);
  });

  // One row of a byline more, without leaving the page.
  const more = document.querySelector("[data-more-bylines]");
  if (more) {
    more.hidden = false;
    more.addEventListener("click", () => {
      const rows = form.querySelectorAll(".side__byline");
      const last = rows[rows.length - 1];
      const row = last.cloneNode(true);
      row.querySelector("legend").textContent = `Byline ${rows.length + 1}`;
      for (const part of row.querySelectorAll("[id], [for], [name]")) {
        for (const name of ["id", "for", "name"]) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/\d+/, rows.length));
      }
      for (const field of row.querySelectorAll("input")) field.value = "";
      row.querySelector("select").selectedIndex = 0;
      last.after(row);
      row.querySelector("input").focus();
    });
  }

  // The link leads to the field by itself; here it opens what the field is folded into, and marks the words in it.
  const lead = (id, words) => {
    const field = document.getElementById(id);
    if (!field) return;
    for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    const rich = id === "body" && document.querySelector(".ProseMirror");
    if (rich) {
      const says = (one) => one.textContent.replace(/\s/g, " ").toLowerCase().includes(words.toLowerCase());
      const block = words && [...rich.querySelectorAll(BLOCKS)].find((one) => says(one) && ![...one.querySelectorAll(BLOCKS)].some(says));
      rich.focus();
      if (block) select(block, words);
      return (block || rich).scrollIntoView({ block: "center" });
    }
    field.focus();
    const at = words && typeof field.value === "string" ? field.value.toLowerCase().indexOf(words.toLowerCase()) : -1;
    if (at >= 0) field.setSelectionRange?.(at, at + words.length);
    field.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest(":is(#proof, #notes) a[data-find], #proof a[href*='#']");
    if (!link || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    lead(link.hash.slice(1), link.dataset.find);
  });

  // Sent by whatever saves the story without leaving the page.
  form.addEventListener("story:saved", async () => {
    const shown = document.getElementById("proof");
    const answer = await fetch(shown.dataset.proof, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("proof");
    if (made && !shown.contains(document.activeElement)) shown.replaceWith(made);
  });
}

/** Selects words within a block of the text, and nothing beside them: a key that is pressed next takes their place. */
function select(block, words) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const at = block.textContent.replace(/\s/g, " ").toLowerCase().indexOf(words.toLowerCase());
  const range = document.createRange();
  let before = 0;
  while (walker.nextNode()) {
    const { currentNode } = walker;
    const [start, end] = [at - before, at + words.length - before];
    if (start >= 0 && start <= currentNode.length) range.setStart(currentNode, start);
    if (end > 0 && end <= currentNode.length) {
      range.setEnd(currentNode, end);
      break;
    }
    before += currentNode.length;
  }
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
