// How the parts of a text look while it is written, where they look otherwise than their elements: pictures, cards that link, source
// marks with their numbers, times of posts, and what is kept as it is.

import { Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

// What the page knows of pictures and sources, by their keys; the picker adds what it has shown.
export const library = { pictures: {}, sources: {} };

/** Begins a change with the focus in the text, at once: the editor's own focus() waits, and takes it from where the next key has led. */
export function inText(editor) {
  editor.view.focus();
  return editor.chain();
}

/** Gives the first language that is marked in the selection, of words or of what they stand in; where nothing is chosen, at the caret. */
export function languageAt({ state }) {
  const { $from, from, to, empty } = state.selection;
  let found = empty ? $from.marks().find(({ attrs }) => attrs.lang)?.attrs.lang : undefined;
  state.doc.nodesBetween(from, to, (node) => {
    found ??= node.attrs.lang ?? (empty ? undefined : node.marks.find(({ attrs }) => attrs.lang)?.attrs.lang);
    return !found;
  });
  return found ?? null;
}

const CAPTION = "Caption, in place of the picture’s own";

function element(tag, className, words = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = words;
  return made;
}

export function pictureView({ node }) {
  const dom = element("figure", "ed-picture");
  const contentDOM = element("figcaption");
  contentDOM.dataset.placeholder = CAPTION;
  const known = library.pictures[node.attrs["data-picture"]];
  const shown = known ? element("img") : element("p", "ed-missing", `Picture ${node.attrs["data-picture"]} is not in the library.`);
  if (known) Object.assign(shown, { src: known.src, alt: known.alt, draggable: false });
  const credit = element("small", "ed-credit", known?.credit ?? "");
  shown.contentEditable = credit.contentEditable = "false";
  dom.append(shown, contentDOM, credit);
  return { dom, contentDOM, ignoreMutation: (record) => record.type !== "selection" && !contentDOM.contains(record.target) && record.target !== contentDOM };
}

export function cardView({ node }) {
  const dom = element("div", "embed ed-card");
  const link = element("span", "embed__link");
  const address = node.attrs["data-embed"];
  link.append(element("span", "embed__title", node.attrs.words || address), element("small", "embed__host", hostOf(address)));
  dom.append(link);
  return { dom };
}

export function timeView({ node }) {
  const at = new Date(node.attrs.datetime);
  // The page prints the moment and not the words that stand in the source.
  const shown = Number.isNaN(at.getTime()) ? node.attrs.words : at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const dom = element("time", "ed-time", shown || node.attrs.datetime);
  dom.dateTime = dom.title = node.attrs.datetime;
  return { dom };
}

export function keptView(tag) {
  return ({ node }) => {
    const dom = element(tag, tag === "div" ? "ed-kept" : "ed-kept-inline");
    dom.innerHTML = node.attrs.html;
    dom.contentEditable = "false";
    if (tag === "div") dom.title = "Kept as it is: this cannot be changed here.";
    return { dom, ignoreMutation: () => true };
  };
}

export function hostOf(address) {
  try {
    return new URL(address).hostname.replace(/^www\./, "");
  } catch {
    return "";
  }
}

/** Numbers the source marks as the page will: by the order in which their sources come first. */
export function sourceNumbers() {
  return new Plugin({
    props: {
      decorations({ doc }) {
        const numbers = new Map();
        const found = [];
        doc.descendants((node, at) => {
          if (node.type.name !== "source") return;
          const known = library.sources[node.attrs["data-source"]];
          const key = node.attrs["data-source"] || keyOf(node.attrs["data-source-url"]);
          if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
          const number = String(numbers.get(key));
          const title = known?.title || node.attrs["data-source-url"] || node.attrs["data-source"];
          found.push(Decoration.node(at, at + 1, { class: "ref ed-source", "data-n": number, role: "img", "aria-label": `Source ${number}`, title }));
        });
        return DecorationSet.create(doc, found);
      },
    },
  });
}

// A source that the text cites by its name and by its address is one.
function keyOf(address) {
  return Object.keys(library.sources).find((key) => library.sources[key].url === address) ?? address;
}
