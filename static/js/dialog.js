// What HTMX puts into <dialog id="dialog"> opens over the page. The browser keeps the focus inside, closes it with Esc and gives the
// focus back to the link; data-close closes it, and so does a press beside it.
// Without script: the link leads to the same form on a page of its own.

const dialog = document.getElementById("dialog");
let pressedBeside = false;

if (dialog) {
  document.addEventListener("htmx:after:settle", ({ target }) => {
    if (target === dialog) show();
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target.closest("[data-close]") || (target === dialog && pressedBeside)) dialog.close();
  });
  // A press that began in a field and ended beside the dialog has only selected text.
  dialog.addEventListener("pointerdown", ({ target }) => (pressedBeside = target === dialog));
  // The browser tells of it later: by then something else may have been opened.
  dialog.addEventListener("close", () => dialog.open || dialog.replaceChildren());
}

function show() {
  if (!dialog.childElementCount) return;

  const heading = dialog.querySelector("h2[id]");
  if (heading) dialog.setAttribute("aria-labelledby", heading.id);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[aria-invalid], [autofocus]")?.focus();
}
