// A story's text as the house keeps it, read into the editor and written again. Each block is read, written and compared at once:
// one that would not come back with the same meaning is kept whole, shown and not edited. So nothing is lost that the editor does
// not know.

import { DOMParser as Reader, DOMSerializer as Writer } from "@tiptap/pm/model";

const INLINE = new Set(
  "a abbr b bdi bdo br cite code del em i ins kbd q rp rt ruby s small span strong sub sup time u wbr".split(" "),
);
const HAVE_BARE_WORDS = "li, td, th, dd";

/** Gives the document that `html`, clean source, is. */
export function read(schema, html) {
  return Reader.fromSchema(schema).parse(known(schema, html));
}

// Gives `html` for the schema's parser: what it has no node for is wrapped.
function known(schema, html) {
  const source = fragment(html);
  const found = document.createElement("div");
  for (const node of [...source.childNodes]) {
    found.append(node);
    if (node.nodeType !== Node.ELEMENT_NODE || INLINE.has(node.localName)) continue;

    const block = prepared(node.cloneNode(true));
    const again = write(schema, Reader.fromSchema(schema).parse(holding(block.cloneNode(true))).content);
    if (said(again) === said(node.outerHTML)) node.replaceWith(block);
    else node.replaceWith(wrapped("div", node.outerHTML));
  }
  return found;
}

/** Writes the content of a document, or of a part of it, as the house keeps it. */
export function write(schema, content) {
  const box = document.createElement("div");
  Writer.fromSchema(schema).serializeFragment(content, { document: fragment("").ownerDocument }, box);
  for (const kept of box.querySelectorAll("[data-kept]")) kept.replaceWith(fragment(kept.dataset.kept));
  for (const held of box.querySelectorAll("div[data-table]")) held.replaceWith(table(held));
  tidy(box);
  return box.innerHTML;
}

/** Makes what was copied fit for any page: it says itself what the editor only notes. */
export function portable(box) {
  for (const kept of box.querySelectorAll("[data-kept]")) kept.innerHTML = kept.dataset.kept;
  for (const held of box.querySelectorAll("div[data-table]")) {
    const found = table(held);
    found.dataset.table = "";
    held.replaceWith(found);
  }
  return box;
}

/** Undoes portable(). */
export function ours(box) {
  takeApart(box, "table[data-table]");
  return box;
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

function holding(node) {
  const box = document.createElement("div");
  box.append(node);
  return box;
}

function wrapped(tag, html) {
  const box = document.createElement(tag);
  box.dataset.kept = html;
  return box;
}

function prepared(block) {
  const box = holding(block);
  for (const node of box.querySelectorAll("ruby, wbr")) node.replaceWith(wrapped("span", node.outerHTML));
  takeApart(box, "table");
  return box.firstChild;
}

/** Sets each table into a box of its own, with its caption before it: ProseMirror's tables hold rows and nothing else. */
function takeApart(box, which) {
  for (const node of box.querySelectorAll(which)) {
    const held = document.createElement("div");
    const caption = document.createElement("p");
    const own = node.querySelector(":scope > caption");
    held.dataset.table = caption.dataset.caption = "";
    if (own) {
      caption.append(...own.childNodes);
      for (const { name, value } of own.attributes) caption.setAttribute(name, value);
      own.remove();
    }
    for (const row of node.querySelectorAll(":scope > tfoot > tr")) row.dataset.part = "tfoot";
    for (const row of node.querySelectorAll(":scope > thead > tr:has(> td)")) row.dataset.part = "thead";
    node.replaceWith(held);
    held.append(caption, node);
  }
}

/** Puts a table together: caption, header, body and footer. */
function table(held) {
  const [caption, found] = held.children;
  const rows = [...found.querySelectorAll(":scope > tbody > tr")];
  found.replaceChildren();
  if (caption.hasChildNodes()) {
    const own = found.createCaption();
    own.append(...caption.childNodes);
    for (const { name, value } of caption.attributes) if (name !== "data-caption") own.setAttribute(name, value);
  }
  let isHead = true;
  for (const row of rows) {
    const cells = [...row.children];
    isHead &&= row.dataset.part === "thead" || cells.every((cell) => cell.localName === "th" && cell.getAttribute("scope") !== "row");
    const part = isHead ? "thead" : row.dataset.part === "tfoot" ? "tfoot" : "tbody";
    delete row.dataset.part;
    if (found.lastElementChild?.localName !== part) found.append(document.createElement(part));
    found.lastElementChild.append(row);
  }
  return found;
}

/** Takes away what says nothing, as the server does: empty paragraphs, and the tag of one that is alone in an item or a cell. */
function tidy(box) {
  for (const node of box.querySelectorAll("p, footer, figcaption")) {
    if (!node.childNodes.length && !node.dataset.embed) node.remove();
  }
  for (const node of box.querySelectorAll(HAVE_BARE_WORDS)) {
    const [first, ...rest] = node.children;
    const isAlone = first?.localName === "p" && !first.attributes.length && rest.every(({ localName }) => localName === "ul" || localName === "ol");
    if (isAlone && node.firstChild === first) first.replaceWith(...first.childNodes);
  }
}

/** Says what a piece of HTML means: its blocks, and each run of words with the inline elements round it in one order. */
function said(html) {
  const box = holding(fragment(html));
  tidy(box);
  box.normalize();
  const lines = [];
  let run = "";
  const say = (marks, words) => {
    const key = marks.join("");
    if (run !== key || !lines.length) lines.push(`\n${key}|`);
    run = key;
    lines.push(words);
  };
  const walk = (node, marks) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        const isBetween = !child.data.trim() && [...node.children].some(({ localName }) => !INLINE.has(localName));
        if (!isBetween) say(marks, child.data);
      } else if (child.nodeType === Node.ELEMENT_NODE && INLINE.has(child.localName)) {
        if (child.localName === "ruby") say(marks, child.outerHTML);
        else if (child.childNodes.length) walk(child, inOrder([...marks, opening(child)]));
        else say(marks, opening(child));
      } else if (child.nodeType === Node.ELEMENT_NODE) {
        run = null;
        lines.push(`\n${opening(child)}`);
        walk(child, []);
        run = null;
        lines.push(`\n</${child.localName}>`);
      }
    }
  };
  walk(box, []);
  // White space beside a block's edges says nothing.
  return lines.join("").replace(/[ \t\n]+/g, " ").replace(/ (?=<\/?(?:p|li|ul|ol|h[23]|t[dhr]|table|thead|tbody|tfoot|caption|fig\w+|footer|blockquote|hr)\b)/g, "");
}

function opening({ localName, attributes }) {
  const all = [...attributes].filter(({ name, value }) => !(localName === "ol" && name === "start" && value === "1"));
  return `<${[localName, ...all.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).sort()].join(" ")}>`;
}

// <a><em> and <em><a> mean the same; two of one kind do not, as a rule.
function inOrder(marks) {
  const kinds = marks.map((mark) => mark.split(/[ >]/, 1)[0]);
  return new Set(kinds).size === kinds.length ? marks.sort() : marks;
}
