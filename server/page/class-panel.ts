import type { ClassView } from "../../src/common/api";
import { isTabId } from "../base/tab-id";
import { byId, setAttribute, setText } from "./dom";
import { changeClass, resetTab } from "./requests";

/** Light of a dark cellar, raw, 0..1023. */
const DARK_RAW = 20;

/** A teacher's controls for all devices in browser tabs. Hidden if there are no such devices. */
export class ClassPanel {
  private readonly section = byId("class", HTMLElement);
  private readonly dark = byId("class-dark", HTMLButtonElement);
  private readonly network = byId("class-network", HTMLButtonElement);
  private readonly reset = byId("class-reset", HTMLButtonElement);
  private readonly note = byId("class-note", HTMLElement);
  private view: ClassView | null = null;
  private openedId: string | undefined;

  constructor() {
    this.dark.addEventListener("click", () => {
      const light = this.view?.light === null ? DARK_RAW : null;
      void this.do(() => changeClass({ light }));
    });
    this.network.addEventListener("click", () => {
      const networkCut = this.view?.networkCut === false;
      void this.do(() => changeClass({ networkCut }));
    });
    this.reset.addEventListener("click", () => {
      const id = this.openedId;
      if (id !== undefined) void this.do(() => resetTab(id), `${id} is restarting.`);
    });
  }

  /**
   * Shows the controls in their current state.
   * @param view null if there is no device in a tab
   * @param openedId the selected device
   */
  show(view: ClassView | null, openedId: string | undefined, isLive: boolean): void {
    this.view = view;
    this.openedId = openedId !== undefined && isTabId(openedId) ? openedId : undefined;
    this.section.hidden = view === null;
    if (!view) return;
    setAttribute(this.dark, "aria-pressed", String(view.light !== null));
    setAttribute(this.network, "aria-pressed", String(view.networkCut));
    setText(this.reset, `Restart ${this.openedId ?? "one"}`);
    this.reset.hidden = this.openedId === undefined;
    for (const button of [this.dark, this.network, this.reset]) button.disabled = !isLive;
  }

  private async do(work: () => Promise<void>, done = ""): Promise<void> {
    try {
      await work();
      setText(this.note, done);
    } catch (error) {
      setText(this.note, `Not done: ${(error as Error).message}`);
    }
  }
}
