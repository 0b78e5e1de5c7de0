import type { CompileError } from "../base/tab-program";

export interface EditorOptions {
  /** An empty element, which becomes the host of a shadow tree. */
  parent: HTMLElement;
  text: string;
  onChange: () => void;
  /** Called when the keyboard shortcut to run the program is pressed. */
  onRun: () => void;
}

export interface Editor {
  /** The text in the editor. Setting it can be undone, like typing. */
  text: string;
  /** Marks the lines of these errors, and clears earlier marks. */
  showErrors(errors: CompileError[]): void;
  goTo(place: Pick<CompileError, "line" | "column">): void;
}

declare global {
  var makeNightlightEditor: ((options: EditorOptions) => Editor) | undefined;
}

/**
 * Loads the editor's script if necessary, and creates an editor.
 * @throws Error if the server does not send the editor
 */
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
