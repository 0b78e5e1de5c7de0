import { byId, setAttribute, setText, textElement } from "./dom";
import type { Device } from "./model";
import { ledWords, onlineWords } from "./words";

interface Entry {
  item: HTMLLIElement;
  button: HTMLButtonElement;
  state: HTMLElement;
}

/** The devices to choose from, where there is more than one. */
export class DeviceList {
  private readonly nav = byId("devices", HTMLElement);
  private readonly count = byId("devices-count", HTMLElement);
  private readonly list = byId("device-list", HTMLUListElement);
  private readonly entries = new Map<string, Entry>();
  private openId: string | undefined;

  constructor(private readonly onOpen: (id: string) => void) {}

  /** @param devices in the order in which they are to be shown */
  show(devices: Device[], openId: string | undefined): void {
    this.nav.hidden = devices.length < 2;
    setText(this.count, String(devices.length));
    const known = new Set(devices.map(({ view }) => view.id));
    for (const [id, { item }] of this.entries)
      if (!known.has(id)) {
        item.remove();
        this.entries.delete(id);
      }
    devices.forEach((device, index) => {
      const entry = this.entries.get(device.view.id) ?? this.add(device.view.id);
      // Moving an element takes the focus from it: only where the place is another.
      const present = this.list.children[index] ?? null;
      if (present !== entry.item) this.list.insertBefore(entry.item, present);
      update(entry, device, device.view.id === openId);
    });
    if (openId !== this.openId) this.reveal(openId);
  }

  /** Scrolls the list only: scrollIntoView would move the page, too. */
  private reveal(openId: string | undefined): void {
    this.openId = openId;
    const item = this.entries.get(openId ?? "")?.item;
    if (!item) return;
    const list = this.list.getBoundingClientRect();
    const { top, bottom } = item.getBoundingClientRect();
    if (top < list.top) this.list.scrollTop -= list.top - top;
    else if (bottom > list.bottom) this.list.scrollTop += bottom - list.bottom;
  }

  private add(id: string): Entry {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const bulb = textElement("span", "bulb");
    bulb.ariaHidden = "true";
    const state = textElement("span", "muted");
    button.append(bulb, textElement("bdi", "name", id), state);
    button.addEventListener("click", () => this.onOpen(id));
    item.append(button);
    const entry = { item, button, state };
    this.entries.set(id, entry);
    return entry;
  }
}

function update({ button, state }: Entry, { view }: Device, isOpen: boolean): void {
  setAttribute(button, "data-led", view.ledOn === null ? "unknown" : view.ledOn ? "on" : "off");
  setAttribute(button, "aria-current", String(isOpen));
  const facts = view.online ? [ledWords(view.ledOn)] : [onlineWords(view)];
  if (view.light !== null) facts.push(String(Math.round(view.light)));
  setText(state, facts.join(" · "));
}
