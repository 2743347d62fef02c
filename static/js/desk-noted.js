// Notes to colleagues, from inside the text: the words that a note is about are marked there, and a note can be begun on what is chosen.
// Without script: the words are typed into the note's form, below the text.

import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

const MOST_QUOTED = 300; // characters; articles/colleagues.py has it

/** Marks the words that open notes are about, each where it stands first, and anew when the list of notes has changed. */
export const Noted = Extension.create({
  name: "noted",
  onCreate() {
    document.addEventListener("htmx:after:settle", ({ target }) => {
      if (target.id !== "notes") return;
      this.editor.view.dispatch(this.editor.state.tr.setMeta("addToHistory", false));
      if (document.activeElement === document.body) document.getElementById("notes-h").focus({ preventScroll: true }); // the button is gone
    });
  },
  addProseMirrorPlugins: () => [new Plugin({ props: { decorations: ({ doc }) => DecorationSet.create(doc, marks(doc)) } })],
});

function marks(doc) {
  const open = new Set([...document.querySelectorAll("#notes [data-noted]")].map(({ dataset }) => dataset.noted.toLowerCase()));
  const found = [];
  doc.descendants((node, at) => {
    if (!open.size || !node.isTextblock) return open.size > 0;
    const words = node.textBetween(0, node.content.size, "", "\ufffc").replace(/\s/g, " ").toLowerCase();
    for (const quote of open) {
      const from = words.indexOf(quote);
      if (from < 0) continue;
      found.push(Decoration.inline(at + 1 + from, at + 1 + from + quote.length, { class: "ed-noted" }));
      open.delete(quote);
    }
    return false;
  });
  return found;
}

/** Begins a note on the chosen words, as far as they stand in one paragraph; where nothing is chosen, on the story. */
export function askColleagues({ state: { doc, selection } }) {
  const { $from, from, to } = selection;
  const quote = document.getElementById("note-quote");
  const words = doc.textBetween(from, Math.min(to, $from.end()), "", "").replace(/\s+/g, " ").trim();
  quote.value = words.length > MOST_QUOTED ? words.slice(0, MOST_QUOTED).replace(/\s\S*$/, "") : words;
  const field = document.getElementById("note-words");
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: "center" });
}
