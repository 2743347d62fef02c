// The editor's toolbar: one stop of the Tab key, arrows inside, Home and End, Esc back to the text, Alt-F10 to the bar. What is on
// says so with aria-pressed; what a table can do stands there while one is written in.

import { deleteColumn, deleteRow, addColumnAfter, addRowAfter, CellSelection, isInTable, mergeCells, selectionCell, splitCell, TableMap } from "@tiptap/pm/tables";

import { askForLanguage, askForLink, askForPicture, askForSource, askForTime } from "./desk-asks.js";
import { askColleagues } from "./desk-noted.js";
import { inText, languageAt } from "./desk-views.js";

const ACTS = {
  bold: { run: (chain) => chain.toggleBold(), is: "bold" },
  italic: { run: (chain) => chain.toggleItalic(), is: "italic" },
  h2: { run: (chain) => chain.toggleHeading({ level: 2 }), is: ["heading", { level: 2 }] },
  h3: { run: (chain) => chain.toggleHeading({ level: 3 }), is: ["heading", { level: 3 }] },
  bullets: { run: (chain) => chain.toggleBulletList(), is: "bulletList" },
  numbers: { run: (chain) => chain.toggleOrderedList(), is: "orderedList" },
  quote: { act: (editor) => quote(editor, null), is: ["blockquote", { class: null }] },
  pull: { act: (editor) => quote(editor, "pull"), is: ["blockquote", { class: "pull" }] },
  link: { act: askForLink, is: "a" },
  source: { act: askForSource },
  picture: { act: askForPicture },
  table: { act: insertTable },
  language: { act: askForLanguage, isOn: (editor) => Boolean(languageAt(editor)) },
  time: { act: askForTime },
  note: { act: askColleagues, leads: true },
  undo: { run: (chain) => chain.undo() },
  redo: { run: (chain) => chain.redo() },
  row: { pm: addRowAfter },
  column: { pm: addColumnAfter },
  header: { act: toggleHeader },
  right: { act: alignColumn },
  merge: { act: (editor) => (editor.state.selection instanceof CellSelection ? mergeCells : splitCell)(editor.state, editor.view.dispatch) },
  "row-away": { pm: deleteRow },
  "column-away": { pm: deleteColumn },
  "table-away": { act: deleteTable },
};

export function equip(editor, bar) {
  const buttons = [...bar.querySelectorAll("button")];
  const shown = () => buttons.filter((button) => !button.closest("[hidden]"));
  let current = buttons[0];

  const show = () => {
    const inTable = isInTable(editor.state);
    for (const group of bar.querySelectorAll("[data-in-table]")) group.hidden = !inTable;
    for (const button of buttons) {
      const { is, isOn } = ACTS[button.dataset.do];
      if (isOn) button.setAttribute("aria-pressed", String(isOn(editor)));
      else if (is) button.setAttribute("aria-pressed", String(editor.isActive(...[is].flat())));
    }
    if (current.closest("[hidden]")) stop(buttons[0]);
  };
  const stop = (button) => {
    current.tabIndex = -1;
    current = button;
    current.tabIndex = 0;
  };

  for (const button of buttons) button.tabIndex = -1;
  current.tabIndex = 0;
  bar.addEventListener("focusin", ({ target }) => buttons.includes(target) && stop(target));
  // The mouse leaves the caret where it is.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) perform(editor, button.dataset.do);
  });
  bar.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.indexOf(current);
    const forward = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + forward, ArrowLeft: at - forward, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      stop(all[(to + all.length) % all.length]);
      current.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      editor.view.focus();
    }
  });
  editor.on("transaction", show);
  show();
  return { focus: () => current.focus() };
}

export function perform(editor, name) {
  const { run, act, pm, leads } = ACTS[name];
  if (run) run(inText(editor)).run();
  else if (pm) pm(editor.state, editor.view.dispatch);
  else act(editor);
  if (!leads && !document.querySelector("dialog[open]")) editor.view.focus();
  return true;
}

/** Sets what is chosen into a quotation, or turns one into the other kind, or takes it out again. */
function quote(editor, kind) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (node.type.name !== "blockquote") continue;
    if (node.attrs.class !== kind) return inText(editor).updateAttributes("blockquote", { class: kind }).run();
    const at = $from.before(depth);
    const blocks = [];
    node.forEach((child) => {
      if (child.type.name !== "quoteFooter") blocks.push(child);
      else if (child.childCount) blocks.push(editor.schema.nodes.paragraph.create(null, child.content));
    });
    const caret = editor.state.selection.from - 1;
    return inText(editor).command(({ tr }) => tr.replaceWith(at, at + node.nodeSize, blocks) && true).setTextSelection(caret).run();
  }
  const { schema, selection } = editor.state;
  const range = selection.$from.blockRange(selection.$to);
  if (!range || !range.parent.canReplaceWith(range.startIndex, range.endIndex, schema.nodes.blockquote)) return false;
  const content = [];
  for (let n = range.startIndex; n < range.endIndex; n += 1) {
    const child = range.parent.child(n);
    content.push(child.type.name === "heading" ? schema.nodes.paragraph.create(null, child.content) : child);
  }
  const made = schema.nodes.blockquote.createChecked({ class: kind }, [...content, schema.nodes.quoteFooter.create()]);
  const caret = selection.from + 1;
  return inText(editor).command(({ tr }) => tr.replaceWith(range.start, range.end, made) && true).setTextSelection(caret).run();
}

function insertTable(editor) {
  if (isInTable(editor.state)) return;
  const cell = (type) => ({ type, content: [{ type: "paragraph" }] });
  const row = (type) => ({ type: "tableRow", content: [cell(type), cell(type), cell(type)] });
  const box = {
    type: "tableBox",
    content: [{ type: "tableCaption" }, { type: "table", content: [row("tableHeader"), row("tableCell"), row("tableCell")] }],
  };
  const { $from } = editor.state.selection;
  const isAtBlank = $from.depth === 1 && $from.parent.isTextblock && !$from.parent.childCount;
  const at = isAtBlank ? { from: $from.before(1), to: $from.after(1) } : $from.after(1);
  const start = isAtBlank ? at.from : at;
  inText(editor).insertContentAt(at, [box, { type: "paragraph" }]).setTextSelection(start + 7).scrollIntoView().run();
}

function box(editor) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type.name === "tableBox") return { node: $from.node(depth), at: $from.before(depth) };
  }
  return null;
}

function deleteTable(editor) {
  const found = box(editor);
  if (found) inText(editor).deleteRange({ from: found.at, to: found.at + found.node.nodeSize }).run();
}

function toggleHeader(editor) {
  inText(editor).toggleHeaderRow().run();
}

/** Sets the numbers of a column flush right, or back. */
function alignColumn(editor) {
  inText(editor).command(({ state, tr }) => {
    const $cell = selectionCell(state);
    const table = $cell.node(-1);
    const map = TableMap.get(table);
    const start = $cell.start(-1);
    const { left } = map.findCell($cell.pos - start);
    const value = $cell.nodeAfter.attrs.class === "r" ? null : "r";
    for (const pos of new Set(Array.from({ length: map.height }, (_, row) => map.map[row * map.width + left]))) {
      tr.setNodeAttribute(start + pos, "class", value);
    }
    return true;
  }).run();
}
