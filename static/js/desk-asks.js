// What the editor asks for in a dialog: where a link leads, what a mark cites, which picture, when a post was written. The forms are
// the page's own templates; the dialog is that of every page (dialog.js): Esc closes it, the focus goes back to the text.

import { NodeSelection } from "@tiptap/pm/state";

import { inText, languageAt, library } from "./desk-views.js";

const HOLDERS = new Set(["listItem", "tableCell", "tableHeader"]);

const dialog = document.getElementById("dialog");

/** Opens the dialog with a template's form; gives what was sent, or nothing if it was closed. */
function ask(name, values, check) {
  const form = document.getElementById(`ask-${name}`).content.cloneNode(true).querySelector("form");
  for (const [key, value] of Object.entries(values)) {
    const field = form.elements[key];
    if (field instanceof Element) field.type === "checkbox" ? (field.checked = value) : (field.value = value);
    const place = form.querySelector(`[data-show="${key}"]`);
    if (place) [place.hidden, place.textContent] = [!value, value];
  }
  for (const part of form.querySelectorAll("[data-if]")) part.hidden = !values[part.dataset.if];
  dialog.replaceChildren(form);
  dialog.setAttribute("aria-labelledby", form.querySelector("h2").id);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = { ...Object.fromEntries(new FormData(form)), act: event.submitter?.value ?? "" };
      const fault = said.act === "away" ? "" : check(said);
      if (fault) return complain(form, fault);
      dialog.close();
      resolve(said); // now: at the event a next key may have gone elsewhere
    });
    dialog.addEventListener("close", () => resolve(null), { once: true });
    dialog.showModal();
    form.querySelector("[autofocus]")?.select?.();
  });
}

function complain(form, [name, words]) {
  const field = form.elements[name];
  const line = form.querySelector(`#${field.id}-error`);
  line.textContent = words;
  field.setAttribute("aria-invalid", "true");
  field.closest(".field").classList.add("field--error");
  field.focus();
}

function webAddress(said) {
  const words = said.trim();
  const full = /^[\w-]+(\.[\w-]+)+([/?#]|$)/.test(words) && !/^\w+:/.test(words) ? `https://${words}` : words;
  try {
    const { protocol, hostname } = new URL(full);
    return /^https?:$/.test(protocol) && hostname ? full.replaceAll(" ", "%20") : "";
  } catch {
    return "";
  }
}

function linkAddress(said) {
  const words = said.trim();
  if (/^(mailto:\S+|tel:[+\d][\d().-]*|\/(?!\/)\S*|#\S+)$/i.test(words)) return words;
  return /^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/.test(words) ? `mailto:${words}` : webAddress(words);
}

const NO_ADDRESS = "Write a full address, like https://example.org/page.";

export async function askForLink(editor) {
  const { selection } = editor.state;
  const card = selection instanceof NodeSelection && selection.node.type.name === "card" ? selection.node : null;
  if (!card && editor.isActive("a")) editor.commands.extendMarkRange("a");
  const { from, to } = editor.state.selection;
  const chosen = card ? card.attrs.words : editor.state.doc.textBetween(from, to, " ");
  const before = card?.attrs["data-embed"] ?? editor.getAttributes("a").href ?? "";
  const isAddress = !before && linkAddress(chosen) && /^\S+[.:/]\S+$/.test(chosen);
  const said = await ask("link", { address: before || (isAddress ? chosen : ""), words: chosen, card: Boolean(card), is: Boolean(before) }, ({ address, card: asCard }) => {
    if (!(asCard ? webAddress : linkAddress)(address)) return ["address", NO_ADDRESS];
    return "";
  });
  if (!said) return editor.view.focus();

  const chain = inText(editor);
  if (said.act === "away") return card ? chain.deleteSelection().run() : chain.unsetMark("a").run();
  const address = (said.card ? webAddress : linkAddress)(said.address);
  const words = said.words.trim() || said.address.trim();
  if (said.card) {
    const made = { type: "card", attrs: { "data-embed": address, words } };
    if (card) return chain.insertContentAt({ from, to }, made).run();
    const $end = editor.state.doc.resolve(to);
    const isWhole = from !== to && $end.parent.textContent === chosen;
    return chain.insertContentAt(isWhole ? { from: $end.before(1), to: $end.after(1) } : $end.after(1), made).run();
  }
  const mark = { type: "a", attrs: { href: address } };
  if (!card && from !== to && words === chosen.trim()) return chain.setMark("a", mark.attrs).run();
  return chain.insertContentAt({ from, to }, card ? { type: "paragraph", content: [{ type: "text", text: words, marks: [mark] }] } : { type: "text", text: words, marks: [mark] }).run();
}

export async function askForSource(editor) {
  const { selection } = editor.state;
  const before = selection instanceof NodeSelection && selection.node.type.name === "source" ? selection.node : null;
  const key = before?.attrs["data-source"];
  const known = library.sources[key];
  list("cited", citedIn(editor.state.doc));
  const named = key ? `This mark cites “${known?.title ?? key}”. Another address makes it cite that.` : "";
  const address = before?.attrs["data-source-url"] ?? known?.url ?? "";
  let chosen = "";
  const answered = ask("source", { address, named, is: Boolean(before) }, (answer) => (webAddress(answer.address) ? "" : ["address", NO_ADDRESS]));
  offerSources((id) => (chosen = id));
  const said = await answered;
  if (!said && !chosen) return editor.view.focus();

  const chain = inText(editor);
  if (said?.act === "away") return chain.deleteSelection().run();
  const found = said && webAddress(said.address);
  if (key && !chosen && found === known?.url) return chain.run();
  const made = { type: "source", attrs: chosen ? { "data-source": chosen } : { "data-source-url": found } };
  const at = before ? { from: selection.from, to: selection.to } : selection.to;
  return chain.insertContentAt(at, made).setTextSelection((before ? selection.from : selection.to) + 1).run();
}

/** Shows the newsroom's sources below the field for their words, while somebody types them; one that is pressed is cited. */
function offerSources(choose) {
  const { sources } = document.getElementById("editor").dataset;
  const field = document.getElementById("ask-find");
  let typed = 0;
  field.addEventListener("input", () => {
    clearTimeout(typed);
    const words = new URLSearchParams({ pick: "1", q: field.value });
    typed = setTimeout(() => window.htmx.ajax("GET", `${sources}?${words}`, { source: field, target: "#offer", swap: "outerHTML" }), 250);
  });
  field.form.addEventListener("click", ({ target }) => {
    const pressed = target.closest("button[data-cite]");
    if (!pressed) return;

    const { cite, title, url } = pressed.dataset;
    library.sources[cite] = { title, url };
    choose(cite);
    dialog.close();
  });
}

function citedIn(doc) {
  const found = new Map();
  for (const { url, title } of Object.values(library.sources)) if (url) found.set(url, title);
  doc.descendants(({ type, attrs }) => {
    const url = attrs["data-source-url"];
    if (type.name === "source" && url && !found.has(url)) found.set(url, "");
  });
  return [...found];
}

function list(id, options) {
  const place = document.getElementById(id);
  place.replaceChildren(...options.map(([value, words]) => new Option(words, value)));
}

/** Shows the library; what is chosen there stands behind the block that is written in. */
export async function askForPicture(editor) {
  const { pictures } = document.getElementById("editor").dataset;
  await window.htmx.ajax("GET", pictures, { source: "#dialog", target: "#dialog", swap: "innerHTML" });
  dialog.addEventListener("close", () => editor.view.focus(), { once: true });
  dialog.onclick = ({ target }) => {
    const chosen = target.closest("button[data-picture]");
    if (!chosen) return;

    const { picture, src, alt, credit } = chosen.dataset;
    library.pictures[picture] = { src, alt, credit };
    dialog.close();
    const { $from } = editor.state.selection;
    const isAtBlank = $from.depth === 1 && $from.parent.isTextblock && !$from.parent.childCount;
    const at = $from.depth === 0 ? $from.pos : isAtBlank ? $from.before(1) : $from.after(1);
    const range = isAtBlank ? { from: at, to: $from.after(1) } : at;
    inText(editor).insertContentAt(range, [{ type: "picture", attrs: { "data-picture": picture } }, { type: "paragraph" }]).setTextSelection(at + 1).scrollIntoView().run();
  };
}

/** Marks the language of the chosen words; of the whole paragraphs where all of them is chosen, or nothing. */
export async function askForLanguage(editor) {
  const before = languageAt(editor);
  const offered = [...document.getElementById("ask-language").content.querySelectorAll("option")].map(({ value }) => value);
  const known = offered.includes(before) ? before : (offered.find((one) => before?.startsWith(`${one}-`)) ?? offered[0]);
  const said = await ask("language", { lang: known, is: Boolean(before) }, () => "");
  if (!said) return editor.view.focus();

  const lang = said.act === "away" ? null : said.lang;
  inText(editor)
    .command(({ state, tr }) => {
      const { from, to, empty } = state.selection;
      const { span } = state.schema.marks;
      state.doc.nodesBetween(from, to, (node, at, parent) => {
        if (!node.isTextblock) return true;
        // A point or a cell of one paragraph is written without it.
        const holder = HOLDERS.has(parent.type.name) && parent.childCount === 1 ? at - 1 : at;
        const [start, end] = [Math.max(from, at + 1), Math.min(to, at + 1 + node.content.size)];
        const isWhole = empty || (start === at + 1 && end === at + 1 + node.content.size);
        if (isWhole || !lang) tr.setNodeAttribute(holder, "lang", lang);
        if (!lang) for (const range of marked(node, at + 1, span)) tr.removeMark(range.from, range.to, range.mark);
        if (!isWhole && lang) tr.addMark(start, end, span.create({ lang }));
        return false;
      });
      return true;
    })
    .run();
}

/** Gives where the words of a block have a language of their own. */
function marked(block, start, type) {
  const found = [];
  block.forEach((child, offset) => {
    const mark = child.marks.find((one) => one.type === type && one.attrs.lang);
    if (mark) found.push({ from: start + offset, to: start + offset + child.nodeSize, mark });
  });
  return found;
}

/** Begins a post of a live story, or sets the time of one. */
export async function askForTime(editor) {
  const { selection } = editor.state;
  const before = selection instanceof NodeSelection && selection.node.type.name === "postTime" ? selection.node : null;
  const at = before ? new Date(before.attrs.datetime) : new Date();
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const said = await ask("time", { at: local, is: Boolean(before) }, (answer) => (answer.at ? "" : ["at", "Say when."]));
  if (!said) return editor.view.focus();

  const chain = inText(editor);
  if (said.act === "away") return chain.deleteSelection().run();
  const moment = new Date(said.at);
  const words = said.at.slice(11, 16);
  const made = { type: "postTime", attrs: { datetime: moment.toISOString().replace(/\.\d+Z$/, "Z"), words } };
  if (before) return chain.insertContentAt({ from: selection.from, to: selection.to }, made).run();
  const { $from } = selection;
  const isAtBlank = $from.depth === 1 && $from.parent.isTextblock && !$from.parent.childCount;
  const place = isAtBlank ? { from: $from.before(1), to: $from.after(1) } : $from.after(1);
  const start = isAtBlank ? place.from : place;
  const heading = { type: "heading", attrs: { level: 2 }, content: [made, { type: "text", text: " " }] };
  return chain.insertContentAt(place, [heading, { type: "paragraph" }]).setTextSelection(start + 3).run();
}
