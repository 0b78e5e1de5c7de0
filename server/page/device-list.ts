import type { ServerRule } from "../rule-config";
import { byId, setAttribute, setText, textElement } from "./dom";
import type { Changes, Device } from "./model";
import { inputWords, sentence, sideWords } from "./rule-words";
import { onlineWords } from "./words";

interface Entry {
  item: HTMLLIElement;
  button: HTMLButtonElement;
  state: HTMLElement;
}

/** Fewer are found by looking. */
const SEARCH_FROM = 11;
/** light-2 before light-10. */
const byName = new Intl.Collator(undefined, { numeric: true });

/** The devices to choose from, where there is more than one. There may be thousands. */
export class DeviceList {
  private readonly nav = byId("devices", HTMLElement);
  private readonly count = byId("devices-count", HTMLElement);
  private readonly search = byId("search", HTMLInputElement);
  private readonly none = byId("none-found", HTMLElement);
  private readonly list = byId("device-list", HTMLUListElement);
  private readonly entries = new Map<string, Entry>();
  private ids: string[] = [];
  private openId: string | undefined;

  constructor(private readonly onOpen: (id: string) => void) {
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", ({ key }) => {
      const first = key === "Enter" && this.ids.find((id) => this.matches(id));
      if (first) this.onOpen(first);
    });
  }

  /** The first by name. */
  get firstId(): string | undefined {
    return this.ids[0];
  }

  /** Touches only what has changed: a thousand rows for each event would be too much. */
  update(devices: Map<string, Device>, changes: Changes, rule: ServerRule): void {
    if (changes.all || devices.size !== this.ids.length) this.place(devices);
    for (const id of changes.all ? devices.keys() : changes.devices) {
      const entry = this.entries.get(id);
      const device = devices.get(id);
      if (entry && device) update(entry, device, rule);
    }
  }

  open(openId: string | undefined): void {
    if (openId === this.openId) return;
    this.mark(this.openId, "false");
    this.openId = openId;
    this.mark(openId, "true");
    this.reveal();
  }

  private place(devices: Map<string, Device>): void {
    this.ids = [...devices.keys()].sort((a, b) => byName.compare(a, b));
    this.nav.hidden = this.ids.length < 2;
    for (const [id, { item }] of this.entries)
      if (!devices.has(id)) {
        item.remove();
        this.entries.delete(id);
      }
    let next = this.list.firstElementChild;
    for (const id of this.ids) {
      const { item } = this.entries.get(id) ?? this.add(id);
      // Moving an element takes the focus from it: only where the place is another.
      if (next === item) next = item.nextElementSibling;
      else this.list.insertBefore(item, next);
    }
    this.search.hidden = this.ids.length < SEARCH_FROM;
    if (this.search.hidden) this.search.value = "";
    this.filter();
    this.mark(this.openId, "true");
  }

  private filter(): void {
    let found = 0;
    for (const id of this.ids) {
      const entry = this.entries.get(id);
      const matches = this.matches(id);
      if (matches) found++;
      if (entry && entry.item.hidden === matches) entry.item.hidden = !matches;
    }
    const all = this.ids.length;
    setText(this.count, found === all ? String(all) : `${found} of ${all}`);
    this.none.hidden = found > 0;
  }

  private matches(id: string): boolean {
    return id.toLowerCase().includes(this.search.value.trim().toLowerCase());
  }

  private mark(id: string | undefined, current: "true" | "false"): void {
    const entry = this.entries.get(id ?? "");
    if (entry) setAttribute(entry.button, "aria-current", current);
  }

  /** Scrolls the list only: scrollIntoView would move the page, too. */
  private reveal(): void {
    const item = this.entries.get(this.openId ?? "")?.item;
    if (!item || item.hidden) return;
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
    button.ariaCurrent = "false";
    button.addEventListener("click", () => this.onOpen(id));
    item.append(button);
    const entry = { item, button, state };
    this.entries.set(id, entry);
    return entry;
  }
}

function update({ button, state }: Entry, { view }: Device, rule: ServerRule): void {
  setAttribute(button, "data-led", view.ledOn === null ? "unknown" : view.ledOn ? "on" : "off");
  const input = inputWords(rule, view.values);
  const facts = view.online ? [] : [onlineWords(view)];
  // A sensor has none, which is no news beside its value.
  if (view.online && (view.ledOn !== null || input === undefined))
    facts.push(sentence(sideWords(rule, view.ledOn)));
  if (input !== undefined) facts.push(input);
  setText(state, facts.join(" · "));
}
