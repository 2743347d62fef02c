// What a story's text may consist of, for the editor: the vocabulary of newsapp/articles/body.py, as TipTap's nodes and marks. What
// renderHTML() gives is the text as the house keeps it, but for tables, which desk-source.js puts together; how a node looks while it
// is written is the business of its node view. What has no node of its own is kept in `kept` and `keptInline`, as it is.

import { Extension, Mark, Node } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { Code } from "@tiptap/extension-code";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { HorizontalRule } from "@tiptap/extension-horizontal-rule";
import { Italic } from "@tiptap/extension-italic";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Strike } from "@tiptap/extension-strike";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import { Text } from "@tiptap/extension-text";
import { Dropcursor, Gapcursor, Placeholder, UndoRedo } from "@tiptap/extensions";

import { cardView, keptView, pictureView, sourceNumbers, timeView } from "./desk-views.js";

const FIRST = 60; // of two rules that fit an element, the one of higher priority is taken; 50 is the usual

/** Attributes that are kept as they are written. */
function attributes(...names) {
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        default: null,
        parseHTML: (element) => element.getAttribute(name),
        renderHTML: (all) => (all[name] === null ? {} : { [name]: all[name] }),
      },
    ]),
  );
}

function span(name) {
  return {
    default: 1,
    parseHTML: (element) => Number(element.getAttribute(name)) || 1,
    renderHTML: (all) => (all[name] > 1 ? { [name]: all[name] } : {}),
  };
}

/** A mark that is one element, and says no more than that. */
function mark(name, names = [], more = {}) {
  return Mark.create({
    name,
    addAttributes: () => attributes(...names),
    parseHTML: () => [{ tag: more.tag ?? name }],
    renderHTML: ({ HTMLAttributes }) => [name, HTMLAttributes, 0],
    ...more.extension,
  });
}

const MARKS = [
  mark("a", ["href", "hreflang"], { tag: "a[href]", extension: { priority: 1000, inclusive: false } }),
  mark("q", ["cite"]),
  mark("ins", ["cite", "datetime"]),
  mark("del", ["cite", "datetime"]),
  mark("abbr"),
  mark("bdi"),
  mark("bdo"),
  mark("cite"),
  mark("small"),
  mark("span"),
  mark("time", ["datetime"]),
  mark("kbd"),
  mark("sub"),
  mark("sup"),
  mark("u"),
  Code.extend({ excludes: "code" }),
  Bold.extend({ parseHTML: () => [{ tag: "strong" }] }),
  Italic.extend({ parseHTML: () => [{ tag: "em" }] }),
  Strike.extend({ parseHTML: () => [{ tag: "s" }] }),
];

const Quote = Blockquote.extend({
  content: "block+ quoteFooter?",
  addAttributes: () => attributes("class", "cite"),
  renderHTML: ({ HTMLAttributes }) => ["blockquote", HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return { ...this.parent?.(), Enter: () => leaveQuote(this.editor) };
  },
});

const QuoteFooter = Node.create({
  name: "quoteFooter",
  content: "inline*",
  defining: true,
  parseHTML: () => [{ tag: "footer" }],
  renderHTML: ({ HTMLAttributes }) => ["footer", HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return { Enter: () => leave(this.editor, "quoteFooter", 2) };
  },
});

const Picture = Node.create({
  name: "picture",
  group: "block",
  content: "inline*",
  isolating: true,
  defining: true,
  draggable: true,
  addAttributes: () => attributes("data-picture"),
  parseHTML: () => [
    { tag: "figure[data-picture]", contentElement: (figure) => figure.querySelector("figcaption") ?? document.createElement("figcaption") },
  ],
  renderHTML: ({ HTMLAttributes }) => ["figure", HTMLAttributes, ["figcaption", 0]],
  addNodeView: () => pictureView,
  addKeyboardShortcuts() {
    return { Enter: () => leave(this.editor, "picture", 1) };
  },
});

const Card = Node.create({
  name: "card",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes: () => ({ ...attributes("data-embed"), words: { default: "", parseHTML: (element) => element.textContent, rendered: false } }),
  parseHTML: () => [{ tag: "p[data-embed]", priority: FIRST }],
  renderHTML: ({ node, HTMLAttributes }) => ["p", HTMLAttributes, node.attrs.words],
  addNodeView: () => cardView,
});

const Source = Node.create({
  name: "source",
  group: "inline",
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: () => attributes("data-source", "data-source-url", "data-source-label"),
  parseHTML: () => [{ tag: "sup[data-source], sup[data-source-url]", priority: FIRST }],
  renderHTML: ({ HTMLAttributes }) => ["sup", HTMLAttributes],
  addProseMirrorPlugins: () => [sourceNumbers()],
});

/** The time that heads a post of a live story. */
const PostTime = Node.create({
  name: "postTime",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({ ...attributes("datetime"), words: { default: "", parseHTML: (element) => element.textContent, rendered: false } }),
  parseHTML: () => [{ tag: "h2 > time[datetime]", priority: FIRST }],
  renderHTML: ({ node, HTMLAttributes }) => ["time", HTMLAttributes, node.attrs.words],
  addNodeView: () => timeView,
});

// ProseMirror's tables hold rows and nothing else; the caption stands in a box with the table.
const TableBox = Node.create({
  name: "tableBox",
  group: "block",
  content: "tableCaption table",
  isolating: true,
  parseHTML: () => [{ tag: "div[data-table]" }],
  renderHTML: () => ["div", { "data-table": "" }, 0],
  addKeyboardShortcuts() {
    return { "Shift-Tab": () => intoCaption(this.editor) };
  },
});

const TableCaption = Node.create({
  name: "tableCaption",
  content: "inline*",
  defining: true,
  parseHTML: () => [{ tag: "p[data-caption]", priority: FIRST }],
  renderHTML: ({ HTMLAttributes }) => ["p", { ...HTMLAttributes, "data-caption": "" }, 0],
  addKeyboardShortcuts() {
    const intoTable = () => {
      const { $from } = this.editor.state.selection;
      return $from.parent.type.name === "tableCaption" && this.editor.chain().setTextSelection($from.after() + 4).run();
    };
    return { Enter: intoTable, Tab: intoTable };
  },
});

const cell = {
  addAttributes: () => ({
    colspan: span("colspan"),
    rowspan: span("rowspan"),
    colwidth: { default: null, rendered: false, parseHTML: () => null },
    ...attributes("class", "scope", "abbr"),
  }),
};

const NODES = [
  Document,
  Paragraph,
  Text,
  HardBreak,
  Heading.configure({ levels: [2, 3] }),
  BulletList,
  OrderedList.extend({
    addAttributes() {
      return { ...this.parent?.(), ...attributes("reversed") };
    },
  }),
  ListItem.extend({ addAttributes: () => attributes("value") }),
  HorizontalRule,
  Quote,
  QuoteFooter,
  Picture,
  Card,
  Source,
  PostTime,
  TableBox,
  TableCaption,
  Table.extend({ group: "", renderHTML: ({ HTMLAttributes }) => ["table", HTMLAttributes, ["tbody", 0]], addNodeView: null }),
  TableRow.extend({ addAttributes: () => attributes("data-part") }),
  TableCell.extend({ ...cell, parseHTML: () => [{ tag: "td" }], renderHTML: ({ HTMLAttributes }) => ["td", HTMLAttributes, 0] }),
  TableHeader.extend({ ...cell, parseHTML: () => [{ tag: "th" }], renderHTML: ({ HTMLAttributes }) => ["th", HTMLAttributes, 0] }),
  kept("kept", "div", { group: "block" }),
  kept("keptInline", "span", { group: "inline", inline: true }),
];

function kept(name, tag, more) {
  return Node.create({
    name,
    atom: true,
    draggable: true,
    addAttributes: () => ({ html: { default: "", parseHTML: (element) => element.dataset.kept, renderHTML: ({ html }) => ({ "data-kept": html }) } }),
    parseHTML: () => [{ tag: `${tag}[data-kept]`, priority: FIRST + 1 }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes],
    addNodeView: () => keptView(tag),
    ...more,
  });
}

/** lang, dir and title may stand on everything. */
const Everywhere = Extension.create({
  name: "everywhere",
  addGlobalAttributes: () => [
    {
      types: [...MARKS, ...NODES].map(({ name }) => name).filter((name) => !["doc", "text", "hardBreak", "kept", "keptInline", "tableBox"].includes(name)),
      attributes: attributes("lang", "dir", "title"),
    },
  ],
});

/** Enter at the end of a caption or of who said a quotation goes on behind it. */
function leave(editor, name, depth) {
  const { $from, empty } = editor.state.selection;
  if ($from.parent.type.name !== name || !empty) return false;
  const after = $from.after($from.depth - depth + 1);
  return editor.chain().insertContentAt(after, { type: "paragraph" }).setTextSelection(after + 1).scrollIntoView().run();
}

/** Shift-Tab in the first cell of a table leads to its caption. */
function intoCaption(editor) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type.name !== "tableBox") continue;
    const isInFirst = $from.index(depth) === 1 && !$from.index(depth + 1) && !$from.index(depth + 2);
    return isInFirst && editor.chain().setTextSelection($from.start(depth) + $from.node(depth).firstChild.nodeSize - 1).run();
  }
  return false;
}

/** Enter in an empty last paragraph of a quotation goes on behind it. */
function leaveQuote(editor) {
  const { $from, empty } = editor.state.selection;
  if (!empty || $from.depth < 2 || $from.parent.type.name !== "paragraph" || $from.parent.childCount) return false;
  const quote = $from.node(-1);
  const blocks = quote.childCount - Number(quote.lastChild.type.name === "quoteFooter");
  if (quote.type.name !== "blockquote" || blocks < 2 || $from.index(-1) !== blocks - 1) return false;
  const after = $from.after(-1) - $from.parent.nodeSize;
  return editor
    .chain()
    .deleteRange({ from: $from.before(), to: $from.after() })
    .insertContentAt(after, { type: "paragraph" })
    .setTextSelection(after + 1)
    .scrollIntoView()
    .run();
}

export const EXTENSIONS = [
  ...MARKS,
  ...NODES,
  Everywhere,
  ListKeymap,
  UndoRedo,
  Dropcursor.configure({ color: false, class: "ed-drop" }),
  Gapcursor,
  Placeholder.configure({
    showOnlyCurrent: false,
    includeChildren: true,
    placeholder: ({ node, editor }) => {
      if (node.type.name === "tableCaption") return "Caption of the table";
      if (node.type.name === "quoteFooter") return "Who said it";
      return node.type.name === "paragraph" && editor.state.doc.childCount === 1 && editor.isEmpty ? "Write the story." : "";
    },
  }),
];
