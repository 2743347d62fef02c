// A picture's focal point by press and by arrow keys; the choice of a story's picture in a dialog.
// Without script: two fields for the point; the button saves the story and leads to the library, whose links lead back with the choice.

const around = document.querySelector("[data-focal]");
if (around) {
  const [x, y] = ["focal_x", "focal_y"].map((id) => document.getElementById(id));
  const mark = Object.assign(document.createElement("button"), { type: "button", className: "focal__mark" });
  const show = () => {
    mark.style.setProperty("--x", `${x.value}%`);
    mark.style.setProperty("--y", `${y.value}%`);
    mark.setAttribute("aria-label", `Focal point: ${x.value} per cent from the left, ${y.value} per cent from the top. Move it with the arrow keys.`);
  };
  const set = (left, top) => {
    for (const [field, value] of [[x, left], [y, top]]) field.value = Math.min(100, Math.max(0, Math.round(value)));
    show();
  };
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  around.addEventListener("click", (event) => {
    if (event.target === mark) return;
    const box = around.getBoundingClientRect();
    set(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
    mark.focus({ preventScroll: true });
  });
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
  const load = async (address) => {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("library");
    if (!answer.ok || answer.redirected || !made) throw new Error("no library");
    dialog.replaceChildren(made);
    dialog.classList.add("dialog--wide");
    dialog.setAttribute("aria-labelledby", "choose-h");
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input[type=search]")?.focus();
  };
  opener.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await load(`/desk/media?for=${opener.dataset.chooseFor}`);
    } catch {
      opener.form.requestSubmit(opener); // as without script: signed out, or no connection, and the page says so
    }
  });
  dialog.addEventListener("close", () => {
    dialog.classList.remove("dialog--wide");
    opener.focus();
  });
  dialog.addEventListener("submit", (event) => {
    if (!event.target.matches("#library form")) return;
    event.preventDefault();
    load(`/desk/media?${new URLSearchParams(new FormData(event.target))}`).catch(() => event.target.submit());
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("#library a");
    if (!link) return;
    event.preventDefault();
    if (link.dataset.choose) choose(link);
    else load(link.href).catch(() => dialog.close());
  });
}

function choose(link) {
  const form = opener.form;
  const picture = link.querySelector("img").cloneNode();
  picture.loading = "eager";
  document.querySelector("[data-picture]").replaceChildren(picture);
  form.elements.picture_alt.value = form.elements.picture_caption.value = "";
  form.elements.is_decorative.checked = false;
  form.elements.picture_alt.placeholder = link.dataset.alt;
  form.elements.picture_id.value = link.dataset.choose;
  form.elements.picture_id.dispatchEvent(new Event("input", { bubbles: true })); // as if it had been typed
  dialog.close();
}
