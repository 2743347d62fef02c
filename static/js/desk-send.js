// Sending pictures: dropped or chosen, one after the other, each with its progress and what became of it.
// Without script: the form sends them together, and the page that follows says the same.

const form = document.querySelector("form[data-send]");
if (form) {
  const field = form.querySelector("input[type=file]");
  const list = document.createElement("ul");
  list.className = "plain send__list";
  const waiting = [];
  let isSending = false;

  const megabytes = form.dataset.mostBytes / 1024 / 1024;
  form.querySelector("[data-drop-hint]").hidden = false;
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", ({ relatedTarget }) => form.contains(relatedTarget) || form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    add(event.dataTransfer.files);
  });
  form.addEventListener("submit", (event) => {
    if (!field.files.length) return;
    event.preventDefault();
    add(field.files);
    field.value = "";
  });
  window.addEventListener("beforeunload", (event) => isSending && event.preventDefault());

  function add(files) {
    if (!list.isConnected) form.querySelector("[data-sent]").replaceChildren(list);
    for (const file of files) {
      const line = document.createElement("li");
      const name = Object.assign(document.createElement("b"), { textContent: file.name, dir: "auto" });
      line.append(name);
      list.append(line);
      if (file.size > form.dataset.mostBytes) refuse(line, `The file is larger than ${megabytes} MB.`);
      else waiting.push({ file, line });
    }
    if (!isSending) next();
  }

  async function next() {
    isSending = true;
    while (waiting.length) await send(waiting.shift());
    isSending = false;
  }

  function send({ file, line }) {
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", `Sending ${file.name}`);
    line.append(bar);
    const body = new FormData(form);
    body.delete("files");
    body.append("files", file);
    const request = new XMLHttpRequest(); // fetch tells nothing of what has been sent
    return new Promise((done) => {
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = loaded / total));
      request.upload.addEventListener("load", () => bar.removeAttribute("value")); // it is being cut
      request.addEventListener("loadend", () => {
        bar.remove();
        tell(line, request);
        done();
      });
      request.send(body);
    });
  }

  function tell(line, request) {
    let answer;
    try {
      [answer] = JSON.parse(request.responseText);
    } catch {
      // a page came, or nothing
    }
    if (!answer) return refuse(line, request.status ? "It was not taken. Reload the page; you may have been signed out." : "There is no connection. Send it again.");
    if (answer.refused) return refuse(line, answer.refused);
    const story = form.elements.for?.value;
    const link = document.createElement("a");
    link.href = story ? `/desk/articles/${story}?picture=${answer.id}` : answer.url;
    link.textContent = story ? "Use it" : "open it";
    line.append(answer.was_there ? "was in the library already: " : "was added: ", link);
  }

  function refuse(line, why) {
    line.className = "send__bad";
    line.append(` ${why}`);
  }
}
