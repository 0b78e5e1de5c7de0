import type { DeviceView } from "../../src/common/api";
import type { UpdateView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";
import { isTabId } from "../base/tab-id";
import { byId, setAttribute, setText, textElement } from "./dom";
import { cancelUpdate } from "./requests";
import type { UpdateDialog } from "./update-dialog";
import {
  canBeCancelled,
  isShown,
  lineWords,
  nowWords,
  PROGRESS_MAX,
  progressOf,
} from "./update-words";
import { takesUpdates } from "./updates";
import { titleOf } from "./words";

/** The selected device's update: the buttons that begin it and cancel it, and its progress. */
export class UpdateBox {
  private readonly button = byId("update", HTMLButtonElement);
  private readonly box = byId("update-box", HTMLElement);
  private readonly progress = byId("update-progress", HTMLProgressElement);
  private readonly now = byId("update-now", HTMLElement);
  private readonly before = byId("update-before", HTMLOListElement);
  private readonly cancelButton = byId("update-call-off", HTMLButtonElement);
  private readonly error = byId("update-call-off-error", HTMLElement);
  private view: DeviceView | undefined;
  private shown = "";

  constructor(dialog: UpdateDialog) {
    this.progress.max = PROGRESS_MAX;
    this.button.addEventListener("click", () => {
      if (!this.view) return;
      dialog.open({ request: { device: this.view.id }, title: titleOf(this.view) });
    });
    this.cancelButton.addEventListener("click", () => void this.cancel());
  }

  /** @param live whether the page is connected to the server */
  show(view: DeviceView, update: UpdateView | undefined, nowMs: number, live: boolean): void {
    if (view.id !== this.view?.id) setText(this.error, "");
    this.view = view;
    const isUnderWay = update !== undefined && !isOver(update);
    this.button.hidden = !takesUpdates(view.state) || isTabId(view.id);
    // The button stays enabled during an update, because disabling it would lose the focus. A press
    // then joins the update.
    this.button.disabled = !live;
    this.box.hidden = update === undefined || !isShown(update, nowMs);
    if (update === undefined) return;
    setAttribute(this.box, "data-step", update.step);
    this.progress.hidden = !isUnderWay;
    this.progress.value = progressOf(update);
    setText(this.now, nowWords(update));
    this.showBefore(update);
    const isHidden = !canBeCancelled(update);
    // Hiding the focused element would lose the focus.
    if (isHidden && document.activeElement === this.cancelButton) byId("main", HTMLElement).focus();
    this.cancelButton.hidden = isHidden;
    this.cancelButton.disabled = !live;
  }

  private showBefore(update: UpdateView): void {
    const lines = update.lines.slice(0, -1).map((line) => lineWords(update, line));
    const text = lines.join("\n");
    if (text === this.shown) return;
    this.shown = text;
    this.before.replaceChildren(...lines.map((words) => textElement("li", "", words)));
  }

  private async cancel(): Promise<void> {
    if (!this.view) return;
    try {
      await cancelUpdate({ device: this.view.id });
      setText(this.error, "");
    } catch (error) {
      setText(this.error, `Not cancelled: ${(error as Error).message}`);
    }
  }
}
