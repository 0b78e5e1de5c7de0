import type { DeviceView } from "../../src/common/api";
import { byId, setText } from "./dom";
import { remove, rename } from "./requests";
import { removalWords, titleOf } from "./words";

/** The buttons that rename and remove the opened device, and the dialogs that they open. */
export class DeviceEdits {
  private readonly note = byId("edit-note", HTMLElement);
  private readonly nameInput = byId("rename-name", HTMLInputElement);
  private readonly words = byId("remove-words", HTMLElement);
  private readonly withHistory = byId("remove-history", HTMLInputElement);
  private readonly rename = new EditDialog("rename", this.note, async ({ id }) => {
    const name = this.nameInput.value.trim();
    await rename(id, name);
    return name === "" ? `${id} has no name any more.` : `${id} is called ${name}.`;
  });
  private readonly remove = new EditDialog(
    "remove",
    this.note,
    async (view) => {
      await remove(view.id, this.withHistory.checked);
      return `${titleOf(view)} is removed.`;
    },
    // The button that had the focus belongs to another device now, or to none.
    () => byId("main", HTMLElement).focus(),
  );
  private view: DeviceView | undefined;

  constructor() {
    this.rename.button.addEventListener("click", () => {
      if (!this.view) return;
      this.nameInput.value = this.view.name ?? "";
      this.nameInput.placeholder = this.view.id;
      this.rename.open(this.view, `Rename ${titleOf(this.view)}`);
      this.nameInput.select();
    });
    this.remove.button.addEventListener("click", () => {
      if (!this.view) return;
      this.withHistory.checked = false;
      setText(this.words, removalWords(this.view));
      this.remove.open(this.view, `Remove ${titleOf(this.view)}?`);
    });
  }

  /** @param live whether the server is there to do it */
  show(view: DeviceView, live: boolean): void {
    this.view = view;
    this.rename.button.disabled = !live;
    this.remove.button.disabled = !live;
    // It would only be refused.
    this.remove.button.hidden = view.simulated;
  }
}

/** What a dialog asks about one device. */
interface Question {
  view: DeviceView;
  /** Pressed twice, it is done once. */
  isConfirmed: boolean;
}

/** A question about one device, which stays the one that it was asked for. */
class EditDialog {
  readonly button: HTMLButtonElement;
  private readonly dialog: HTMLDialogElement;
  private readonly title: HTMLElement;
  private readonly error: HTMLElement;
  private question: Question | undefined;

  /**
   * @param name that the ids of its elements begin with
   * @param note where the outcome is said
   * @param act returns the words for what was done
   */
  constructor(
    name: string,
    private readonly note: HTMLElement,
    private readonly act: (view: DeviceView) => Promise<string>,
    private readonly onDone: () => void = () => undefined,
  ) {
    this.button = byId(name, HTMLButtonElement);
    this.dialog = byId(`${name}-dialog`, HTMLDialogElement);
    this.title = byId(`${name}-title`, HTMLElement);
    this.error = byId(`${name}-error`, HTMLElement);
    byId(`${name}-cancel`, HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    byId(`${name}-form`, HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.confirm();
    });
  }

  open(view: DeviceView, title: string): void {
    this.question = { view, isConfirmed: false };
    setText(this.title, title);
    setText(this.error, "");
    this.dialog.showModal();
  }

  private async confirm(): Promise<void> {
    const { question } = this;
    if (!question || question.isConfirmed) return;
    question.isConfirmed = true;
    // Until the answer comes, a person may close the dialog, and ask about another device.
    const isShown = () => this.dialog.open && this.question === question;
    try {
      setText(this.note, await this.act(question.view));
      if (!isShown()) return;
      this.dialog.close();
      this.onDone();
    } catch (error) {
      const { message } = error as Error;
      if (!isShown()) setText(this.note, `${titleOf(question.view)}: not done: ${message}`);
      else {
        question.isConfirmed = false;
        setText(this.error, `Not done: ${message}`);
      }
    }
  }
}
