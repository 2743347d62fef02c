// The page where a story is written: a rich editor in place of the field of Markdown, and the saving of both.
// Without script: the field, and everything that Markdown cannot say stands in it as HTML.

import { Editor, Extension, getSchema } from "@tiptap/core";

import { TextSelection } from "@tiptap/pm/state";

import { Pasting } from "./desk-paste.js";
import { Noted } from "./desk-noted.js";
import { watch } from "./desk-saving.js";
import { EXTENSIONS } from "./desk-schema.js";
import { read, write } from "./desk-source.js";
import { equip, perform } from "./desk-tools.js";
import { Typing } from "./desk-typing.js";
import { library } from "./desk-views.js";

const field = document.querySelector("textarea[data-editor]");
const form = field.form;
const place = document.getElementById("editor");
const source = JSON.parse(document.getElementById("story-source").textContent);

const UNSPACED = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]/g;
const WORD = /[\p{L}\p{N}_]+(?:[’'-][\p{L}\p{N}_]+)*/gu;

Object.assign(library, { pictures: source.pictures, sources: source.sources });

const Keys = Extension.create({
  name: "keys",
  addKeyboardShortcuts: () => ({
    "Mod-k": () => perform(editor, "link"),
    "Mod-Alt-s": () => perform(editor, "source"),
    "Mod-Alt-m": () => perform(editor, "note"),
    "Alt-F10": () => tools.focus(),
    Enter: () => again(),
  }),
});

let isTouched = false; // until then what is sent is the Markdown that came: a text that was not touched stays byte for byte
let isSettled = true;

const editor = new Editor({
  element: place.querySelector(".ed-body"),
  content: read(getSchema(EXTENSIONS), source.html).toJSON(), // here and not by a command: what came is nothing to undo
  extensions: [...EXTENSIONS, Keys, Noted, Typing, Pasting.configure({ clean })],
  injectCSS: false,
  enablePasteRules: false,
  editorProps: {
    attributes: { role: "textbox", "aria-multiline": "true", "aria-label": "Text", class: "prose ed-text", dir: "auto", spellcheck: "true" },
    handleDOMEvents: {
      click: (_view, event) => event.target.closest("a") && event.preventDefault(),
    },
    handleTextInput: (view, _from, to, text) => behind(view, to, text),
    handleDoubleClickOn: (_view, _pos, node) => change(node),
  },
  onUpdate() {
    isTouched = true;
    isSettled = false;
    count();
    form.dispatchEvent(new Event("input"));
  },
});
const tools = equip(editor, place.querySelector("[role=toolbar]"));

place.hidden = false;
const old = field.closest(".write__text");
const fault = old.querySelector(".field__error");
if (fault) place.prepend(fault);
old.querySelector("label").remove();
old.hidden = true;
count();

watch(form, {
  settle() {
    if (isSettled || !isTouched) return;
    field.value = write(editor.schema, editor.state.doc.content);
    form.elements.format.value = "html";
    isSettled = true;
  },
  set(format, text) {
    if (format !== "html") return;
    editor.commands.setContent(read(editor.schema, text).toJSON(), { emitUpdate: false });
    isTouched = true;
    isSettled = false;
    count();
  },
  says(format, text) {
    if (format !== "html") return text === field.value;
    return write(editor.schema, read(editor.schema, text).content) === write(editor.schema, editor.state.doc.content);
  },
  focus: () => editor.view.focus(),
});

/** Asks the server for clean source, and tells what was lost; null where it cannot be had. */
async function clean(html) {
  try {
    const answer = await fetch(place.dataset.clean, {
      method: "POST",
      body: html,
      headers: { "Content-Type": "text/html", "X-CSRFToken": form.elements.csrf_token.value },
      redirect: "manual",
    });
    if (!answer.ok) return null;
    const { html: cleaned, told } = await answer.json();
    tell(told);
    return cleaned;
  } catch {
    return null;
  }
}

/** Says below the text what was left out of what was pasted, or changed on a guess, until it is closed or something else is pasted. */
function tell(told) {
  const box = place.querySelector(".ed-told > div");
  box.hidden = !told.length;
  box.querySelector("ul").replaceChildren(...told.map((words) => Object.assign(document.createElement("li"), { textContent: words, dir: "auto" })));
}

place.querySelector(".ed-told button").addEventListener("click", () => {
  tell([]);
  editor.view.focus();
});

/** Enter on a chosen mark, card or time asks for it anew. */
function again() {
  return editor.state.selection.node ? change(editor.state.selection.node) : false;
}

/** What is typed while a card or a picture is chosen goes into a paragraph behind it, and not in its place. */
function behind(view, to, text) {
  const { selection, schema, tr } = view.state;
  if (!selection.node?.isBlock) return false;
  const words = schema.nodes.paragraph.create(null, schema.text(text));
  view.dispatch(tr.insert(to, words).setSelection(TextSelection.create(tr.doc, to + 1 + text.length)).scrollIntoView());
  return true;
}

function change({ type: { name } }) {
  const act = { source: "source", card: "link", postTime: "time" }[name];
  return act ? Boolean(perform(editor, act)) : false;
}

function count() {
  const { doc } = editor.state;
  let pictures = form.elements.picture_id.value ? 1 : 0;
  doc.descendants((node) => void (pictures += Number(node.type.name === "picture")));
  const text = doc.textBetween(0, doc.content.size, " ", (leaf) => (leaf.type.name === "kept" ? leaf.attrs.html.replace(/<[^>]*>/g, " ") : " "));
  const unspaced = text.match(UNSPACED)?.length ?? 0;
  const words = (text.replace(UNSPACED, " ").match(WORD)?.length ?? 0) + Math.ceil(unspaced / 2);
  const seconds = (words * 60) / source.pace + Array.from({ length: pictures }, (_, n) => Math.max(12 - n, 3)).reduce((sum, one) => sum + one, 0);
  const minutes = words ? Math.max(1, Math.round(seconds / 60)) : 0;
  place.querySelector(".ed-count").textContent = `${words.toLocaleString("en-GB")} ${words === 1 ? "word" : "words"} · ${minutes} min`;
}
