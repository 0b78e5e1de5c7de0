import type { DeviceView } from "../../src/common/api";
import { byId, setText } from "./dom";
import { EditDialog } from "./edit-dialog";
import { removeDevice, renameDevice } from "./requests";
import { removalWords, titleOf } from "./words";

/** The buttons that rename and remove the selected device, and their dialogs. */
export class DeviceEditButtons {
  private readonly note = byId("edit-note", HTMLElement);
  private readonly nameInput = byId("rename-name", HTMLInputElement);
  private readonly words = byId("remove-words", HTMLElement);
  private readonly withHistory = byId("remove-history", HTMLInputElement);
  private readonly renameButton = byId("rename", HTMLButtonElement);
  private readonly removeButton = byId("remove", HTMLButtonElement);
  private readonly rename = new EditDialog<DeviceView>("rename", {
    note: this.note,
    titleOf,
    act: async ({ id }) => {
      const name = this.nameInput.value.trim();
      await renameDevice(id, name);
      return name === "" ? `${id} no longer has a name.` : `${id} is now called ${name}.`;
    },
  });
  private readonly remove = new EditDialog<DeviceView>("remove", {
    note: this.note,
    titleOf,
    act: async (view) => {
      await removeDevice(view.id, this.withHistory.checked);
      return `${titleOf(view)} was removed.`;
    },
    // Moves the focus, because the focused button now belongs to another device, or to none.
    onDone: () => byId("main", HTMLElement).focus(),
  });
  private view: DeviceView | undefined;

  constructor() {
    this.renameButton.addEventListener("click", () => {
      if (!this.view) return;
      this.nameInput.value = this.view.name ?? "";
      this.nameInput.placeholder = this.view.id;
      this.rename.open(this.view, `Rename ${titleOf(this.view)}`);
      this.nameInput.select();
    });
    this.removeButton.addEventListener("click", () => {
      if (!this.view) return;
      this.withHistory.checked = false;
      setText(this.words, removalWords(this.view));
      this.remove.open(this.view, `Remove ${titleOf(this.view)}?`);
    });
  }

  /** @param live whether the page is connected to the server */
  show(view: DeviceView, live: boolean): void {
    this.view = view;
    this.renameButton.disabled = !live;
    this.removeButton.disabled = !live;
    // The server refuses to remove a simulated device.
    this.removeButton.hidden = view.simulated;
  }
}
