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
  private readonly rename = new EditDialog("rename", async ({ id }) => {
    const name = this.nameInput.value.trim();
    await rename(id, name);
    setText(this.note, name === "" ? `${id} has no name any more.` : `${id} is called ${name}.`);
  });
  private readonly remove = new EditDialog(
    "remove",
    async (view) => {
      await remove(view.id, this.withHistory.checked);
      setText(this.note, `${titleOf(view)} is removed.`);
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

/** A question about one device, which stays the one that it was asked for. */
class EditDialog {
  readonly button: HTMLButtonElement;
  private readonly dialog: HTMLDialogElement;
  private readonly title: HTMLElement;
  private readonly error: HTMLElement;
  private view: DeviceView | undefined;

  /** @param name that the ids of its elements begin with */
  constructor(
    name: string,
    private readonly act: (view: DeviceView) => Promise<void>,
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
    this.view = view;
    setText(this.title, title);
    setText(this.error, "");
    this.dialog.showModal();
  }

  private async confirm(): Promise<void> {
    if (!this.view) return;
    const { view } = this;
    // Pressed twice, it is done once.
    this.view = undefined;
    try {
      await this.act(view);
      this.dialog.close();
      this.onDone();
    } catch (error) {
      this.view = view;
      setText(this.error, `Not done: ${(error as Error).message}`);
    }
  }
}
