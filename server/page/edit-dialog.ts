import { byId, setText } from "./dom";

/** The question that a dialog currently asks. */
interface Question<T> {
  subject: T;
  /** Set at the first press of the button, so that a second press does not repeat the action. */
  isConfirmed: boolean;
}

export interface EditDialogParts<T> {
  /** Element that shows the result of the action. */
  note: HTMLElement;
  /** Performs the action and returns words for what was done. */
  act: (subject: T) => Promise<string>;
  /** Returns the subject's name, for a result that arrives after the dialog was closed. */
  titleOf: (subject: T) => string;
  onDone?: () => void;
}

/**
 * A dialog that asks about one or several devices. The devices stay the same while the dialog is
 * open, even if another device is selected.
 */
export class EditDialog<T> {
  private readonly dialog: HTMLDialogElement;
  private readonly title: HTMLElement;
  private readonly error: HTMLElement;
  private question: Question<T> | undefined;

  /** @param name prefix of the ids of the dialog's elements */
  constructor(
    name: string,
    private readonly parts: EditDialogParts<T>,
  ) {
    this.dialog = byId(`${name}-dialog`, HTMLDialogElement);
    this.title = byId(`${name}-title`, HTMLElement);
    this.error = byId(`${name}-error`, HTMLElement);
    byId(`${name}-cancel`, HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    byId(`${name}-form`, HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.confirm();
    });
  }

  open(subject: T, title: string): void {
    this.question = { subject, isConfirmed: false };
    setText(this.title, title);
    setText(this.error, "");
    this.dialog.showModal();
  }

  private async confirm(): Promise<void> {
    const { question } = this;
    const { note, act, titleOf, onDone } = this.parts;
    if (!question || question.isConfirmed) return;
    question.isConfirmed = true;
    // Before the result arrives, a person may close the dialog and open it for another device.
    const isShown = () => this.dialog.open && this.question === question;
    try {
      setText(note, await act(question.subject));
      if (!isShown()) return;
      this.dialog.close();
      onDone?.();
    } catch (error) {
      const { message } = error as Error;
      if (!isShown()) setText(note, `${titleOf(question.subject)}: not done: ${message}`);
      else {
        question.isConfirmed = false;
        setText(this.error, `Not done: ${message}`);
      }
    }
  }
}
