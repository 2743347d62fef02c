// Sending pictures: dropped anywhere on the page or chosen, one after the other, each with its progress and what became of it. What
// could not be sent for want of a connection or of a session stays in its line, and goes on when there is one again.
// Without script: the form sends them together, and the page that follows says the same.

export const PARTLY = { "HX-Request": "true", "HX-Request-Type": "partial" };
const NO_LINE = "There is no connection.";
const NO_SESSION = "You have been signed out.";
let here; // the form that takes what is dropped

/** Makes a form of pictures send them by itself; ``done`` is called when all that could be kept are. */
export function sendFrom(form, done = () => {}) {
  const field = form.querySelector("input[type=file]");
  const told = form.querySelector("[data-told]");
  const list = Object.assign(document.createElement("ul"), { className: "plain send__list", tabIndex: 0 });
  list.setAttribute("aria-label", "What is sent");
  const again = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--line btn--s", textContent: "Send the rest" });
  const waiting = [];
  let isSending = false;
  let became = {};

  here = { form, add };
  form.querySelector("[data-drop-hint]").hidden = false;
  form.querySelector("[data-plain-hint]").remove();
  form.querySelector("[type=submit]").remove(); // they are sent when they are chosen
  field.addEventListener("change", () => {
    add(field.files);
    field.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  again.addEventListener("click", () => goOn());
  window.addEventListener("online", () => again.isConnected && goOn());
  window.addEventListener("beforeunload", (event) => form.isConnected && (isSending || waiting.length) && event.preventDefault());

  function add(files) {
    if (!files.length) return;
    const place = form.querySelector("[data-sent]");
    if (!list.isConnected) place.replaceChildren(list);
    for (const file of files) {
      const line = document.createElement("li");
      const name = Object.assign(document.createElement("b"), { textContent: file.name, dir: "auto" });
      const what = Object.assign(document.createElement("span"), { textContent: "waits" });
      line.append(name, what);
      list.append(line);
      if (file.size > form.dataset.mostBytes) refuse(what, `The file is larger than ${form.dataset.mostBytes / 1024 / 1024} MB.`);
      else waiting.push({ file, line, what });
    }
    next();
  }

  async function goOn() {
    again.remove();
    const fault = await renew(form);
    if (fault) return stop(fault);
    next();
  }

  async function next() {
    if (isSending || again.isConnected) return;
    isSending = true;
    told.textContent = `Sending ${files(waiting.length)} …`;
    let fault = "";
    while (waiting.length && !fault) {
      fault = await send(waiting[0]);
      if (!fault) waiting.shift();
    }
    isSending = false;
    if (fault) return stop(fault);
    tell();
    if (became.added) done();
    became = {};
  }

  function stop(fault) {
    const what = `${fault} ${files(waiting.length)} ${waiting.length === 1 ? "is" : "are"} still to be sent.`;
    told.textContent = fault === NO_SESSION ? `${what} Sign in again in another window, then send the rest.` : what;
    told.after(again);
  }

  function tell() {
    const parts = Object.entries(became).map(([what, n]) => `${n} ${{ added: "added", there: n === 1 ? "was in the library already" : "were in the library already", refused: "not taken" }[what]}`);
    told.textContent = parts.length ? `${parts.join(", ")}.` : "";
  }

  /** Sends one; gives why it has to wait, or nothing when its line says what became of it. */
  function send(one) {
    const { file, line, what } = one;
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", `Sending ${file.name}`);
    what.replaceChildren(bar);
    if (list.scrollHeight > list.clientHeight) list.scrollTop = line.offsetTop - list.clientHeight / 2;
    const body = new FormData(form);
    body.delete("files");
    body.append("files", file);
    const request = new XMLHttpRequest(); // fetch tells nothing of what has been sent
    return new Promise((done) => {
      request.open("POST", form.getAttribute("action"));
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = loaded / total));
      request.upload.addEventListener("load", () => bar.removeAttribute("value")); // it is being cut
      request.addEventListener("loadend", async () => {
        const answer = read(request);
        const token = form.elements.csrf_token.value;
        const fault = answer ? "" : request.status ? await renew(form) : NO_LINE;
        if (answer) show(what, answer);
        else if (fault) what.textContent = "waits";
        else if (token !== form.elements.csrf_token.value) return done(send(one)); // signed in anew meanwhile
        else refuse(what, "The site could not take it. Try it once more.");
        done(fault);
      });
      request.send(body);
    });
  }

  function show(what, answer) {
    if (answer.refused) return refuse(what, answer.refused);
    became[answer.was_there ? "there" : "added"] = (became[answer.was_there ? "there" : "added"] ?? 0) + 1;
    const story = form.elements.for?.value;
    const link = Object.assign(document.createElement("a"), { textContent: story ? "Use it" : "open it", href: story ? `/desk/articles/${story}?picture=${answer.id}` : answer.url });
    const picture = Object.assign(document.createElement("img"), { src: answer.src, alt: "", width: 48, height: 32 });
    if (story) Object.assign(link.dataset, { choose: answer.id, alt: answer.alt, src: answer.src, warning: answer.warning });
    what.parentElement.prepend(picture);
    what.replaceChildren(`${answer.was_there ? "was in the library already" : "was added"}: `, link);
  }

  function refuse(what, why) {
    became.refused = (became.refused ?? 0) + 1;
    what.parentElement.className = "send__bad";
    what.textContent = why;
  }
}

function files(n) {
  return n === 1 ? "1 file" : `${n} files`;
}

function read(request) {
  try {
    return JSON.parse(request.responseText)[0];
  } catch {
    return null; // a page came, or nothing
  }
}

/** Fetches the form anew, for its token; gives what is wrong, or nothing. */
async function renew(form) {
  try {
    const answer = await fetch(form.getAttribute("action"), { headers: PARTLY });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-send]");
    if (!made) return NO_SESSION;
    form.elements.csrf_token.value = made.elements.csrf_token.value;
    return "";
  } catch {
    return NO_LINE;
  }
}

const takes = (event) => here?.form.isConnected && [...event.dataTransfer.types].includes("Files");
document.addEventListener("dragover", (event) => {
  if (!takes(event)) return;
  event.preventDefault();
  here.form.classList.add("is-over");
});
document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || here?.form.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  if (!takes(event)) return;
  event.preventDefault();
  here.form.classList.remove("is-over");
  here.add(event.dataTransfer.files);
});
