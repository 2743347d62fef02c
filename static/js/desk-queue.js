// Decisions of the mouse in a row. They are sent one after the other (data-hx-sync), and each new list takes over what was chosen,
// opened and typed in the old one. The second press of a double click would fall on the row that has moved up: it does not count.
// Without script: every decision is a new page.

import { announce } from "./status.js";

let kept = [];

// A decision that waited for the one before it was meant for a list that has been replaced.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.target?.id === "queue" && !ctx.target.isConnected) ctx.target = document.getElementById("queue");
});

document.addEventListener(
  "click",
  (event) => {
    if (event.detail < 2 || !event.target.closest("[data-queue] form[data-hx-post] [type=submit]")) return;
    event.preventDefault();
    event.stopPropagation();
    announce("Pressed twice: that counts once.", { shown: true });
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("[data-queue] .mod__form, #bulk");
  if (form) form.requestSubmit(form.querySelector("[value=reject]") ?? form.querySelector("[type=submit]"));
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const list = ctx.target?.id === "queue" && document.querySelector("[data-queue]");
  if (!list) return;
  kept = [...list.querySelectorAll(".queue--main .mod")].flatMap((row) => begun(row, row.contains(ctx.sourceElement)));
});

// Before it settles, and not after: a letter typed in between would be lost.
document.addEventListener("htmx:before:settle", ({ target }) => {
  if (!target.matches?.("[data-queue]")) return;
  for (const putBack of kept) putBack();
  kept = [];
});

/**
 * Gives what puts back, in the new list, what somebody has begun in a row: nothing where the row is gone or has changed. What was
 * sent from it is put back only where somebody else was quicker.
 */
function begun(row, isSent) {
  const found = [];
  const seen = row.querySelector("[name=chosen]")?.value;
  const now = () => {
    const fresh = document.getElementById(row.id);
    const isFor = isSent ? fresh?.closest(".desk__quicker") : fresh?.querySelector("[name=chosen]")?.value === seen;
    return isFor ? fresh : null;
  };
  if (row.querySelector(".mod__pick input:checked")) found.push(() => now()?.querySelector(".mod__pick input")?.click());
  for (const { id, value, selectionStart, selectionEnd } of row.querySelectorAll("select, textarea")) {
    const details = document.getElementById(id).closest("details");
    const isIn = document.activeElement.id === id;
    if (!value && !details?.open) continue;
    found.push(() => {
      const field = now() && document.getElementById(id);
      if (!field) return;
      if (details?.open) field.closest("details").open = true;
      field.value = value;
      if (!isIn) return;
      field.focus();
      field.setSelectionRange?.(selectionStart, selectionEnd);
    });
  }
  return found;
}

// A form that is opened is seen whole, at the foot of the window, too.
document.addEventListener("toggle", ({ target, newState }) => {
  if (newState === "open" && target.matches(".mod__more")) target.querySelector("form").scrollIntoView({ block: "nearest" });
}, { capture: true });
