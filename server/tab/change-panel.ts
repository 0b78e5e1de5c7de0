import { type CompileError, EDITABLE_FILE, type ProgramView } from "../base/tab-program";
import { byId, setText, textElement } from "../page/dom";
import type { OwnProgram, TabDevice } from "./device";
import { type Editor, loadEditor } from "./load-editor";
import { countWords, errorWords, sortErrors } from "./program-words";
import { fragmentOf, holdsProgram, programIn } from "./shared-program";

/** Key of the edited source, which a reload restores but does not run. */
const DRAFT = "nightlight-program";

/** "Change the program": an editor with the program that runs on the selected device. */
export class ChangePanel {
  private readonly panel = byId("change", HTMLDetailsElement);
  private readonly refused = byId("change-refused", HTMLElement);
  private readonly shared = byId("change-shared", HTMLElement);
  private readonly note = byId("change-note", HTMLElement);
  private readonly panic = byId("change-panic", HTMLElement);
  private readonly errors = byId("change-errors", HTMLOListElement);
  private readonly runButton = byId("change-run", HTMLButtonElement);
  private readonly link = byId("change-link", HTMLElement);
  private readonly address = byId("change-address", HTMLInputElement);
  private device: TabDevice | undefined;
  private original = "";
  private editor: Promise<Editor> | undefined;
  private isCompiling = false;
  private mayChange = false;

  constructor() {
    this.panel.addEventListener("toggle", () => {
      if (this.panel.open) this.try(() => this.open());
    });
    this.runButton.addEventListener("click", () => this.try(() => this.run()));
    byId("change-original", HTMLButtonElement).addEventListener("click", () =>
      this.try(() => this.restore()),
    );
    byId("change-share", HTMLButtonElement).addEventListener("click", () =>
      this.try(() => this.share()),
    );
    addEventListener("hashchange", () => this.try(() => this.takeLink()));
  }

  /** Called when the server has said whether learners may change programs. */
  allow(mayChange: boolean): void {
    this.mayChange = mayChange;
    this.panel.hidden = !mayChange;
    this.try(() => this.takeLink());
  }

  show(device: TabDevice): void {
    this.device = device;
    const { program, internals } = device;
    const words =
      program && internals.panic !== "" ? `${internals.panic}. The program restarts.` : "";
    setText(this.panic, words);
    this.panic.hidden = words === "";
  }

  private open(): Promise<Editor> {
    this.editor ??= this.make().catch((error: unknown) => {
      this.editor = undefined;
      throw error;
    });
    return this.editor;
  }

  private async make(): Promise<Editor> {
    this.say("Loading the editor …");
    const response = await fetch("device/nightlight.ts");
    if (!response.ok) throw new Error(await reasonOf(response));
    this.original = await response.text();
    const editor = await loadEditor({
      parent: byId("editor", HTMLElement),
      text: sessionStorage.getItem(DRAFT) ?? this.original,
      onChange: () => {
        sessionStorage.setItem(DRAFT, editor.text);
        this.link.hidden = true;
      },
      onRun: () => this.try(() => this.run()),
    });
    this.say("");
    return editor;
  }

  private async run(): Promise<void> {
    const { device } = this;
    if (!device || this.isCompiling) return;
    const editor = await this.open();
    this.isCompiling = true;
    this.runButton.setAttribute("aria-disabled", "true");
    this.say("Compiling … this takes a few seconds, longer if others are compiling, too.");
    try {
      const view = await compile(device, editor.text);
      if ("errors" in view) this.showErrors(editor, sortErrors(view.errors));
      else {
        this.showErrors(editor, []);
        device.run(programOf(view));
        this.shared.hidden = true;
        this.say(`${device.id} runs your program.`);
      }
    } finally {
      this.isCompiling = false;
      this.runButton.removeAttribute("aria-disabled");
    }
  }

  private async restore(): Promise<void> {
    const editor = await this.open();
    editor.text = this.original;
    sessionStorage.removeItem(DRAFT);
    this.shared.hidden = true;
    this.showErrors(editor, []);
    if (this.device?.program) this.device.run(undefined);
    this.say(`${this.device?.id ?? "The device"} runs the original.`);
  }

  private async share(): Promise<void> {
    const editor = await this.open();
    const { origin, pathname } = location;
    this.address.value = `${origin}${pathname}${await fragmentOf(editor.text)}`;
    this.link.hidden = false;
    this.address.focus();
    this.address.select();
    // A page loaded over plain HTTP from another machine has no clipboard, so a person copies the
    // link.
    const isCopied =
      isSecureContext &&
      (await navigator.clipboard.writeText(this.address.value).then(
        () => true,
        () => false,
      ));
    this.say(isCopied ? "The link was copied." : "Copy the link below.");
  }

  /**
   * Shows the program of a link. The program is never run automatically, because it may come from
   * anybody.
   */
  private async takeLink(): Promise<void> {
    const { hash, pathname, search } = location;
    if (!holdsProgram(hash)) return;
    this.refused.hidden = this.mayChange;
    if (!this.mayChange) return;
    history.replaceState(null, "", pathname + search);
    this.panel.open = true;
    const source = await programIn(hash);
    const editor = await this.open();
    editor.text = source;
    this.showErrors(editor, []);
    this.shared.hidden = false;
    this.say("");
    this.panel.scrollIntoView();
  }

  private showErrors(editor: Editor, errors: CompileError[]): void {
    const own = errors.filter(({ file }) => file === EDITABLE_FILE);
    editor.showErrors(own);
    this.errors.replaceChildren(
      ...errors.map((error) => {
        const item = document.createElement("li");
        if (error.file === EDITABLE_FILE) {
          const button = textElement("button", "", errorWords(error));
          button.addEventListener("click", () => editor.goTo(error));
          item.append(button);
        } else item.textContent = errorWords(error);
        return item;
      }),
    );
    this.say(errors.length > 0 ? countWords(errors.length) : "");
  }

  private say(words: string): void {
    setText(this.note, words);
  }

  private try(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => this.say(error instanceof Error ? error.message : "?"));
  }
}

/**
 * Lets the server compile a program.
 * @throws Error with the server's message
 */
async function compile({ login }: TabDevice, source: string): Promise<ProgramView> {
  const response = await fetch("api/tab-program", {
    method: "POST",
    body: JSON.stringify({ ...login, source }),
  });
  if (!response.ok) throw new Error(await reasonOf(response));
  return (await response.json()) as ProgramView;
}

async function reasonOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: string };
  return `The program was not compiled: ${error}`;
}

function programOf({ program, places }: Exclude<ProgramView, { errors: unknown }>): OwnProgram {
  const bytecode = Uint8Array.from(atob(program), (char) => char.charCodeAt(0));
  return { bytecode, places };
}
