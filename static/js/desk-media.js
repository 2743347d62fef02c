// The library: what was sent is shown at once. A picture's focal point by press, by drag and by arrow keys, and how the picture is cut round
// it. The choice of a story's picture in a dialog.
// Without script: two fields for the point; the button saves the story and leads to the library, whose links lead back with the choice.

import { PARTLY, sendFrom } from "./desk-send.js";

async function library(address) {
  const answer = await fetch(address, { headers: PARTLY });
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("library");
  if (!answer.ok || !made) throw new Error("no library");
  return made;
}

const page = document.querySelector("main form[data-send]");
if (page) {
  sendFrom(page, async () => {
    try {
      const found = (await library(location.href)).querySelector("#found");
      document.getElementById("found").replaceWith(found);
    } catch {
      // the lines above lead to each
    }
  });
}

const around = document.querySelector("[data-focal]");
if (around) {
  const [x, y] = ["focal_x", "focal_y"].map((id) => document.getElementById(id));
  const cuts = document.querySelector("[data-cuts]");
  const mark = Object.assign(document.createElement("button"), { type: "button", className: "focal__mark" });
  const show = () => {
    for (const one of [mark, cuts]) {
      one.style.setProperty("--fx", `${x.value}%`);
      one.style.setProperty("--fy", `${y.value}%`);
    }
    mark.setAttribute("aria-label", `Focal point: ${x.value} per cent from the left, ${y.value} per cent from the top. Move it with the arrow keys.`);
  };
  const set = (left, top) => {
    for (const [field, value] of [[x, left], [y, top]]) field.value = Math.min(100, Math.max(0, Math.round(value)));
    show();
  };
  const setAt = ({ clientX, clientY }) => {
    const box = around.getBoundingClientRect();
    set(((clientX - box.left) / box.width) * 100, ((clientY - box.top) / box.height) * 100);
  };
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  around.addEventListener("click", (event) => {
    if (event.target === mark) return;
    setAt(event);
    mark.focus({ preventScroll: true });
  });
  mark.addEventListener("pointerdown", ({ pointerId }) => mark.setPointerCapture(pointerId));
  mark.addEventListener("pointermove", (event) => mark.hasPointerCapture(event.pointerId) && setAt(event));
  mark.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 1 : 5; // the cut knows steps of five; with Shift it can be put exactly
    set(Number(x.value) + step[0] * far, Number(y.value) + step[1] * far);
  });
  for (const field of [x, y]) field.addEventListener("input", show);
  around.append(mark);
  document.querySelector("[data-focal-hint]").hidden = false;
  show();
}

const dialog = document.getElementById("dialog");
const opener = document.querySelector("[data-choose-for]");
if (opener && dialog) {
  const form = opener.form;
  const shown = document.querySelector("[data-picture]");
  const first = () => library(`/desk/media?for=${opener.dataset.chooseFor}`);
  const open = async () => {
    const made = await first();
    dialog.replaceChildren(made);
    dialog.classList.add("dialog--wide");
    dialog.setAttribute("aria-labelledby", "choose-h");
    dialog.showModal();
    dialog.querySelector("[type=search]").focus();
    sendFrom(dialog.querySelector("form[data-send]"), () => find(`/desk/media?for=${opener.dataset.chooseFor}`).catch(() => {}));
  };
  const find = async (address) => {
    const found = (await library(address)).querySelector("#found");
    const wasIn = document.activeElement.type === "search";
    document.getElementById("found")?.replaceWith(found);
    dialog.querySelector(wasIn ? "[type=search]" : ".views [aria-current]")?.focus();
  };
  opener.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await open();
    } catch {
      form.requestSubmit(opener); // as without script: signed out, or no connection, and the page says so
    }
  });
  dialog.addEventListener("close", () => {
    if (!dialog.classList.contains("dialog--wide")) return; // it was another's
    dialog.classList.remove("dialog--wide");
    opener.focus();
  });
  dialog.addEventListener("submit", (event) => {
    if (!event.target.matches("#found form")) return;
    event.preventDefault();
    find(`/desk/media?${new URLSearchParams(new FormData(event.target))}`).catch(trouble);
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("#library a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (link.dataset.choose) choose(link.dataset);
    else find(link.href).catch(trouble);
  });
  form.elements.picture_id.addEventListener("input", ({ isTrusted }) => {
    if (isTrusted) show({}); // a number that was typed, or taken away
  });

  const trouble = () => (dialog.querySelector("[data-told]").textContent = "The library cannot be reached. Close this, and try again.");

  const choose = (picture) => {
    show(picture);
    form.elements.picture_alt.value = form.elements.picture_caption.value = "";
    form.elements.is_decorative.checked = false;
    form.elements.picture_id.value = picture.choose;
    form.elements.picture_id.dispatchEvent(new Event("input", { bubbles: true })); // as if it had been typed
    dialog.close();
  };

  const show = ({ src, alt = "", warning = "" }) => {
    shown.replaceChildren(...(src ? [Object.assign(new Image(352, 235), { src, alt: "" })] : []));
    const rights = document.querySelector("[data-rights]");
    rights.hidden = !warning;
    rights.textContent = warning;
    const hint = document.querySelector("[data-own-alt]");
    hint.hidden = !alt;
    hint.textContent = `Left empty: ${alt}`;
    opener.textContent = src ? "Choose another…" : "Choose from the library…";
  };
}
