import { byId, setText, textElement } from "./dom";
import { healthSentences } from "./health-words";
import type { Device, ModelChanges } from "./model";
import { firstByName } from "./name-order";
import { titleOf, titlesIn } from "./words";

/** Maximum number of devices listed. If there are more, the rest is shown as a number only. */
const SHOWN_DEVICES = 8;

interface Row {
  id: string;
  title: string;
  words: string;
}

/** The devices that need attention, and why. */
export class AttentionList {
  private readonly section = byId("attention", HTMLElement);
  private readonly count = byId("attention-count", HTMLElement);
  private readonly list = byId("attention-list", HTMLUListElement);
  private readonly more = byId("attention-more", HTMLElement);
  /** Name and problems of each device, as JSON, by id. */
  private readonly rows = new Map<string, string>();
  private shown = "";

  constructor(private readonly onOpen: (id: string) => void) {}

  update(devices: Map<string, Device>, changes: ModelChanges): void {
    if (!this.note(devices, changes)) return;
    const { size } = this.rows;
    this.section.hidden = size === 0;
    setText(this.count, String(size));
    setText(this.more, size > SHOWN_DEVICES ? `And ${size - SHOWN_DEVICES} more.` : "");
    const rows = firstByName(this.rows.keys(), titlesIn(devices), SHOWN_DEVICES).flatMap((id) => {
      const view = devices.get(id)?.view;
      return view ? [{ id, title: titleOf(view), words: healthSentences(view).join(" ") }] : [];
    });
    // The list is rebuilt only if its words have changed, because rebuilding loses the focus.
    const text = JSON.stringify(rows);
    if (text === this.shown) return;
    this.shown = text;
    this.list.replaceChildren(...rows.map((row) => this.row(row)));
  }

  /**
   * Updates the rows of the changed devices.
   * @returns whether any row has changed: sorting thousands of devices for each event would be slow
   */
  private note(devices: Map<string, Device>, changes: ModelChanges): boolean {
    let isOther = changes.all;
    if (changes.all) this.rows.clear();
    for (const id of changes.all ? devices.keys() : changes.devices) {
      const view = devices.get(id)?.view;
      const words = view && view.health.length > 0 ? JSON.stringify([view.name, view.health]) : "";
      if (words === (this.rows.get(id) ?? "")) continue;
      isOther = true;
      if (words) this.rows.set(id, words);
      else this.rows.delete(id);
    }
    return isOther;
  }

  private row({ id, title, words }: Row): HTMLLIElement {
    const item = document.createElement("li");
    const button = textElement("button", "link");
    button.type = "button";
    button.append(textElement("bdi", "", title));
    button.addEventListener("click", () => this.onOpen(id));
    item.append(button, textElement("span", "", words));
    return item;
  }
}
