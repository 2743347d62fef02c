// Where a story is written: says every twenty seconds that it is open, and shows who else is; counts a headline's letters.
// Without script: who else was writing stands on the page as it was made, and the counts with it.

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
}
