// Words that are typed into one of the desk's forms and sent nowhere yet: the browser asks before it leaves the page with them, and
// Ctrl-S sends the form that they are in. The story has its own (desk-saving.js).
// Without script: the form's button.

const FORMS = ".desk__main form[method=post]:not(#story)";
const WORDS = "textarea, input:not([type=hidden], [type=search], [type=checkbox], [type=radio], [type=file], [type=submit], [type=button])";

const typed = new WeakSet(); // fields that somebody has typed into on this page: what a browser fills in again asks nothing
let sent; // the form that is on its way

document.addEventListener("input", ({ target }) => {
  if (!target.matches(WORDS) || !target.form?.matches(FORMS)) return;
  typed.add(target);
  sent = undefined;
});

document.addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
  if (submitter?.formTarget) return; // a look in another tab
  if (!defaultPrevented || target.matches("[data-hx-post]")) sent = target; // otherwise it was held back: there is no network
});

addEventListener("beforeunload", (event) => {
  if (begun().some((form) => form !== sent)) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s" || document.getElementById("story")) return;
  const form = [document.activeElement.form, ...begun(), document.querySelector(`${FORMS}.desk__form`)].find((one) => one?.matches(FORMS));
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[type=submit]"));
});

/** Gives the forms that hold words which the page has not come with. A form that came back with a fault holds some anyway. */
function begun() {
  return [...document.querySelectorAll(FORMS)].filter((form) =>
    [...form.elements].some((field) => field.matches(WORDS) && field.value.trim() && (isOwn(field) || form.querySelector("[role=alert]"))),
  );
}

function isOwn(field) {
  return typed.has(field) && field.value !== field.defaultValue;
}
