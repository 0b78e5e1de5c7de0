import { byId, setText, textElement } from "./dom";
import { healthSentences } from "./health-words";
import type { Changes, Device } from "./model";
import { firstByName } from "./name-order";
import { titleOf, titlesIn } from "./words";

/** As many are named; of more a person sees the number, and filters the list of devices. */
const SHOWN = 8;

interface Row {
  id: string;
  title: string;
  words: string;
}

/** The devices that a person should look after, and why. */
export class Attention {
  private readonly section = byId("attention", HTMLElement);
  private readonly count = byId("attention-count", HTMLElement);
  private readonly list = byId("attention-list", HTMLUListElement);
  private readonly more = byId("attention-more", HTMLElement);
  /** By id, what is wrong, and how the device is called. */
  private readonly rows = new Map<string, string>();
  private shown = "";

  constructor(private readonly onOpen: (id: string) => void) {}

  update(devices: Map<string, Device>, changes: Changes): void {
    if (!this.note(devices, changes)) return;
    const { size } = this.rows;
    this.section.hidden = size === 0;
    setText(this.count, String(size));
    setText(this.more, size > SHOWN ? `And ${size - SHOWN} more.` : "");
    const rows = firstByName(this.rows.keys(), titlesIn(devices), SHOWN).flatMap((id) => {
      const view = devices.get(id)?.view;
      return view ? [{ id, title: titleOf(view), words: healthSentences(view).join(" ") }] : [];
    });
    // Rebuilt only for other words: the focus would be lost.
    const text = JSON.stringify(rows);
    if (text === this.shown) return;
    this.shown = text;
    this.list.replaceChildren(...rows.map((row) => this.row(row)));
  }

  /** @returns whether anything is other: thousands are not put in order for each event */
  private note(devices: Map<string, Device>, changes: Changes): boolean {
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
