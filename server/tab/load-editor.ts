import type { CompileError } from "../base/tab-program";

export interface EditorOptions {
  /** Empty; the editor makes it the host of a shadow tree. */
  parent: HTMLElement;
  text: string;
  onChange: () => void;
  /** By the keyboard. */
  onRun: () => void;
}

export interface Editor {
  /** A text that is set can be undone, as one that is typed. */
  text: string;
  /** Marks their lines, and no others. */
  showErrors(errors: CompileError[]): void;
  goTo(place: Pick<CompileError, "line" | "column">): void;
}

declare global {
  var makeNightlightEditor: ((options: EditorOptions) => Editor) | undefined;
}

/** @throws Error if the server does not give it */
export async function loadEditor(options: EditorOptions): Promise<Editor> {
  if (!globalThis.makeNightlightEditor) await loadScript("device/editor.js");
  if (!globalThis.makeNightlightEditor) throw new Error("the editor is not in its script");
  return globalThis.makeNightlightEditor(options);
}

function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error("the server did not send the editor")));
    document.head.append(script);
  });
}
