import { byName } from "./device-order";
import { byId, setText, textElement } from "./dom";
import { healthSentences } from "./health-words";
import type { Changes, Device } from "./model";
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
  private readonly ids = new Set<string>();
  private shown = "";

  constructor(private readonly onOpen: (id: string) => void) {}

  update(devices: Map<string, Device>, changes: Changes): void {
    if (changes.all) this.ids.clear();
    for (const id of changes.all ? devices.keys() : changes.devices) {
      const health = devices.get(id)?.view.health ?? [];
      if (health.length > 0) this.ids.add(id);
      else this.ids.delete(id);
    }
    const { size } = this.ids;
    this.section.hidden = size === 0;
    setText(this.count, String(size));
    setText(this.more, size > SHOWN ? `And ${size - SHOWN} more.` : "");
    const rows = byName(this.ids, titlesIn(devices))
      .slice(0, SHOWN)
      .flatMap((id) => {
        const view = devices.get(id)?.view;
        return view ? [{ id, title: titleOf(view), words: healthSentences(view).join(" ") }] : [];
      });
    // Rebuilt only for other words: the focus would be lost.
    const text = JSON.stringify(rows);
    if (text === this.shown) return;
    this.shown = text;
    this.list.replaceChildren(...rows.map((row) => this.row(row)));
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
