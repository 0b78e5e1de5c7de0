import { byId, setText } from "./dom";
import type { Device } from "./model";
import { cancelUpdate } from "./requests";
import type { UpdateDialog } from "./update-dialog";
import { fleetWords, isFleetShown, leftWords } from "./update-words";
import { takesUpdates, type UpdatesModel } from "./updates";

/** The update of several devices: the buttons that begin it and cancel it, and its progress. */
export class FleetBox {
  private readonly all = byId("update-all", HTMLButtonElement);
  private readonly box = byId("fleet", HTMLElement);
  private readonly progress = byId("fleet-progress", HTMLProgressElement);
  private readonly now = byId("fleet-now", HTMLElement);
  private readonly left = byId("fleet-left", HTMLElement);
  private readonly cancelButton = byId("fleet-call-off", HTMLButtonElement);
  private readonly error = byId("fleet-error", HTMLElement);

  constructor(dialog: UpdateDialog) {
    this.all.addEventListener("click", () =>
      dialog.open({ request: { all: true }, title: "all devices" }),
    );
    this.cancelButton.addEventListener("click", () => void this.cancel());
  }

  show(updates: UpdatesModel, devices: Map<string, Device>, nowMs: number, live: boolean): void {
    const { fleet } = updates;
    const updateOf = (id: string) => updates.of(id);
    this.all.hidden = !isAnyUpdated(devices);
    this.all.disabled = !live;
    this.box.hidden = fleet === null || !isFleetShown(fleet, updateOf, nowMs);
    if (fleet === null) return;
    const ids = fleet.waves.flat();
    this.progress.hidden = fleet.step !== "going";
    this.progress.max = Math.max(1, ids.length);
    this.progress.value = ids.filter((id) => updateOf(id)?.step === "confirmed").length;
    setText(this.now, fleetWords(fleet, updateOf));
    setText(this.left, leftWords(fleet));
    const isHidden = fleet.step !== "going";
    // Hiding the focused element would lose the focus.
    if (isHidden && document.activeElement === this.cancelButton) byId("main", HTMLElement).focus();
    this.cancelButton.hidden = isHidden;
    this.cancelButton.disabled = !live;
  }

  private async cancel(): Promise<void> {
    try {
      await cancelUpdate({ all: true });
      setText(this.error, "");
    } catch (error) {
      setText(this.error, `Not cancelled: ${(error as Error).message}`);
    }
  }
}

function isAnyUpdated(devices: Map<string, Device>): boolean {
  for (const { view } of devices.values()) if (takesUpdates(view.state)) return true;
  return false;
}
