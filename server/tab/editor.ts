import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { CompileError } from "../base/tab-program";
import type { Editor, EditorOptions } from "./load-editor";

/** The editor, as a separate script that is loaded only if the editor is opened. */

/** Colours of the syntax: the page's colours, light or dark. */
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--to)" },
  { tag: [tags.string, tags.number, tags.bool, tags.null], color: "var(--from)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

const THEME = EditorView.theme({
  "&": {
    height: "min(60dvh, 32rem)",
    border: "1px solid var(--control-edge)",
    borderRadius: "0.5rem",
    background: "var(--raised)",
    color: "inherit",
    fontSize: "0.8125rem",
  },
  // The font is larger on phones, because they zoom in on an editable text that is smaller than
  // this.
  "@media (pointer: coarse)": { "&": { fontSize: "1rem" } },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace' },
  ".cm-content": { caretColor: "currentColor" },
  ".cm-gutters": { background: "none", border: "none", color: "var(--muted)" },
  ".cm-tooltip": { background: "var(--surface)", color: "inherit", borderColor: "var(--edge)" },
});

globalThis.makeNightlightEditor = ({ parent, text, onChange, onRun }: EditorOptions): Editor => {
  // The editor adds styles by script, which the content security policy allows only in a shadow
  // tree.
  const root = parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        indentOnInput(),
        bracketMatching(),
        javascript({ typescript: true }),
        syntaxHighlighting(COLOURS),
        EditorView.lineWrapping,
        THEME,
        EditorView.contentAttributes.of({
          "aria-label":
            "src/nightlight.ts. Control+Enter runs the program, F8 goes to the next error, Tab leaves the editor.",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange();
        }),
        // The Tab key stays with the browser: otherwise keyboard users could not leave the editor.
        keymap.of([
          { key: "Mod-Enter", run: () => (onRun(), true) },
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
      ],
    }),
  });

  function positionOf({ line, column }: Pick<CompileError, "line" | "column">): number {
    const { doc } = view.state;
    const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(from + Math.max(column, 1) - 1, to);
  }

  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text: string) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    showErrors(errors) {
      const marks = errors.map((error): Diagnostic => {
        const from = positionOf(error);
        const word = view.state.wordAt(from);
        return { from, to: word?.to ?? from, severity: "error", message: error.message };
      });
      view.dispatch(setDiagnostics(view.state, marks));
    },
    goTo(error) {
      const anchor = positionOf(error);
      view.dispatch({
        selection: { anchor },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
      });
      view.focus();
    },
  };
};
