import { byId, setText } from "./dom";

/** What a dialog asks about something. */
interface Question<T> {
  subject: T;
  /** Pressed twice, it is done once. */
  isConfirmed: boolean;
}

export interface EditDialogParts<T> {
  /** Where the outcome is said. */
  note: HTMLElement;
  /** Returns the words for what was done. */
  act: (subject: T) => Promise<string>;
  /** Who it is about, if the outcome comes after the dialog was closed. */
  titleOf: (subject: T) => string;
  onDone?: () => void;
}

/** A question about one device, or several, which stay those that it was asked for. */
export class EditDialog<T> {
  private readonly dialog: HTMLDialogElement;
  private readonly title: HTMLElement;
  private readonly error: HTMLElement;
  private question: Question<T> | undefined;

  /** @param name that the ids of its elements begin with */
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
    // Until the answer comes, a person may close the dialog, and ask about another device.
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
