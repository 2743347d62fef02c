// What becomes something else while it is typed, beside Markdown's own signs: an address becomes a link with the space or the Enter
// behind it, and [[1]](address) a source mark.

import { Extension, InputRule } from "@tiptap/core";

const ADDRESS = String.raw`https?:\/\/[^\s<>"“”\[\]]*[^\s<>"“”\[\].,;:!?)}'’]`;
const AFTER = String.raw`[.,;:!?)}'’”"]*`; // ends the sentence, not the address

export const Typing = Extension.create({
  name: "typing",
  addInputRules() {
    const { schema } = this.editor;
    return [
      new InputRule({
        find: /\[\[(\d{1,4})\]\]\((https?:\/\/[^\s()<>"]+)\)$/,
        handler: ({ state, range, match }) => {
          const source = schema.nodes.source.create({ "data-source-url": match[2], "data-source-label": match[1] });
          state.tr.replaceRangeWith(range.from, range.to, source);
        },
      }),
      new InputRule({
        find: new RegExp(`(?:^|[\\s(“"])(${ADDRESS})(${AFTER}) $`),
        handler: ({ state: { tr }, range, match }) => {
          link(tr, range.to - 1 - match[2].length, match[1], schema);
        },
      }),
    ];
  },
  addKeyboardShortcuts() {
    return {
      Enter: ({ editor: { state, view, schema } }) => {
        const { $from, empty } = state.selection;
        const found = empty && new RegExp(`(?:^|[\\s(“"])(${ADDRESS})(${AFTER})$`).exec($from.parent.textBetween(0, $from.parentOffset, "\ufffc", "\ufffc"));
        if (found) {
          const { tr } = state;
          link(tr, $from.pos - found[2].length, found[1], schema);
          view.dispatch(tr);
        }
        return false; // and Enter does what it does
      },
    };
  },
});

/** Makes the address that ends at a place lead there, where its words lead nowhere yet. */
function link(tr, end, address, schema) {
  const from = end - address.length;
  if (tr.doc.rangeHasMark(from, end, schema.marks.a) || tr.doc.rangeHasMark(from, end, schema.marks.code)) return;
  tr.addMark(from, end, schema.marks.a.create({ href: address })).removeStoredMark(schema.marks.a);
}
