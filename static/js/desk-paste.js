// What is pasted: HTML of Word, Google Docs and web pages goes to the server, which cleans it as it cleans every text, and what comes
// back is set where it was pasted, wherever that has moved to meanwhile. Plain text stays plain, but for [[1]](address), which the
// server makes a source mark of. What was copied in this very editor needs no cleaning.

import { Extension } from "@tiptap/core";
import { DOMParser as Reader, DOMSerializer as Writer, Slice } from "@tiptap/pm/model";
import { Plugin, Selection } from "@tiptap/pm/state";

import { ours, portable, read } from "./desk-source.js";
import { announce } from "./status.js";

const CITATION = /\[{1,2}\d{1,3}\]{1,2}\(https?:/;
const ADDRESS = /^https?:\/\/[^\s<>"]+$/;
const MARK = "data-desk";
const OURS = crypto.getRandomValues(new Uint32Array(2)).join("");

/** Needs the option `clean(html)`: asks the server, and gives HTML, or null where it cannot be reached. */
export const Pasting = Extension.create({
  name: "pasting",
  addProseMirrorPlugins() {
    const { editor, options } = this;
    return [
      new Plugin({
        props: {
          clipboardSerializer: new OwnWriter(editor.schema),
          clipboardParser: new OwnReader(editor.schema),
          // Before ProseMirror reads what was pasted: Word's style attributes would break the page's policy even there.
          handleDOMEvents: {
            paste: (view, event) => taken(event, take(editor, event.clipboardData, view.input?.shiftKey, options.clean)),
            drop(view, event) {
              if (view.dragging || !event.dataTransfer) return false;
              const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
              if (at) view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at.pos))));
              return taken(event, take(editor, event.dataTransfer, false, options.clean));
            },
          },
        },
      }),
    ];
  },
});

function taken(event, is) {
  if (is) event.preventDefault();
  return is;
}

function take(editor, data, isPlain, clean) {
  const html = isPlain ? "" : data.getData("text/html");
  const text = data.getData("text/plain");
  const { empty, $from, $to } = editor.state.selection;
  if (html.includes(`${MARK}="${OURS}"`)) return false;
  if (ADDRESS.test(text.trim()) && !empty && $from.sameParent($to)) {
    return editor.commands.setMark("a", { href: text.trim() });
  }
  if (html.trim()) return insert(editor, html, text, clean);
  if (CITATION.test(text)) return insert(editor, asHtml(text), text, clean);
  if (!text && data.files.length) {
    announce("Pictures come from the library: press Picture in the bar above the text.", { shown: true });
    return true;
  }
  return false;
}

function insert(editor, html, text, clean) {
  const place = follow(editor);
  clean(html).then((found) => {
    const { from, to } = place();
    if (editor.isDestroyed) return;
    if (found === null) announce("The server could not be reached: it was pasted as plain text.", { shown: true });
    const { content } = read(editor.schema, found ?? asHtml(text));
    if (!content.textBetween(0, content.size, "", "x")) return;
    const { tr } = editor.state;
    const { parent } = tr.doc.resolve(from);
    // Words go on in the paragraph that is there; into an empty one they come with the paragraph that they bring.
    const isOpen = (block) => Number(block.type.name === "paragraph" && parent.content.size > 0);
    const isEmpty = parent.type.name === "paragraph" && !parent.content.size && from === to;
    if (isEmpty) tr.replaceRange(from - 1, to + 1, new Slice(content, 0, 0));
    else tr.replaceRange(from, to, new Slice(content, isOpen(content.firstChild), isOpen(content.lastChild)));
    editor.view.dispatch(tr.setMeta("uiEvent", "paste").scrollIntoView());
  });
  return true;
}

/** Follows what is chosen now through what is written meanwhile. */
function follow(editor) {
  let { from, to } = editor.state.selection;
  const move = ({ transaction: { mapping } }) => ([from, to] = [mapping.map(from, -1), mapping.map(to)]);
  editor.on("transaction", move);
  return () => {
    editor.off("transaction", move);
    return { from, to: Math.max(from, to) };
  };
}

function asHtml(text) {
  const box = document.createElement("div");
  for (const part of text.trim().split(/(?:\r?\n){2,}/)) {
    const paragraph = document.createElement("p");
    part.split(/\r?\n/).forEach((line, n) => paragraph.append(...(n ? [document.createElement("br")] : []), line));
    box.append(paragraph);
  }
  return box.innerHTML;
}

class OwnWriter extends Writer {
  constructor(schema) {
    super(Writer.nodesFromSchema(schema), Writer.marksFromSchema(schema));
  }

  serializeFragment(content, options, target) {
    const made = super.serializeFragment(content, options, target);
    if (target) return made;
    portable(made);
    made.firstElementChild?.setAttribute(MARK, OURS);
    return made;
  }
}

class OwnReader extends Reader {
  constructor(schema) {
    super(schema, Reader.schemaRules(schema));
  }

  parseSlice(dom, options) {
    return super.parseSlice(ours(dom), options);
  }
}
