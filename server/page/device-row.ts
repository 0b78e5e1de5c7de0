import type { ServerRule } from "../../src/common/server-rule";
import { setAttribute, setText, textElement } from "./dom";
import type { Device } from "./model";
import { inputWords, sentence, sideWords } from "./rule-words";
import { onlineWords, titleOf } from "./words";

/** One device in the device list. */
export class DeviceRow {
  readonly item = document.createElement("li");
  private readonly button = document.createElement("button");
  private readonly name = textElement("bdi", "name");
  private readonly state = textElement("span", "muted state");

  constructor(id: string, onOpen: (id: string) => void) {
    this.button.type = "button";
    const bulb = textElement("span", "bulb");
    bulb.ariaHidden = "true";
    this.name.title = id;
    this.button.append(bulb, this.name, this.state);
    this.button.ariaCurrent = "false";
    this.button.addEventListener("click", () => onOpen(id));
    this.item.append(this.button);
  }

  /** Sets the position in the whole list, because most of its rows have no elements. */
  place(position: number, count: number): void {
    setAttribute(this.item, "aria-posinset", String(position));
    setAttribute(this.item, "aria-setsize", String(count));
  }

  mark(isOpen: boolean): void {
    setAttribute(this.button, "aria-current", String(isOpen));
  }

  show({ view }: Device, rule: ServerRule, isOutdated: boolean): void {
    setText(this.name, titleOf(view));
    const led = view.ledOn === null ? "unknown" : view.ledOn ? "on" : "off";
    setAttribute(this.button, "data-led", led);
    setAttribute(this.button, "data-online", String(view.online));
    const input = inputWords(rule, view.values);
    const facts = view.online ? [] : [onlineWords(view)];
    // A sensor has no LED. Its value is enough, without "LED unknown".
    if (view.online && (view.ledOn !== null || input === undefined))
      facts.push(sentence(sideWords(rule, view.ledOn)));
    if (input !== undefined) facts.push(input);
    if (isOutdated) facts.push("outdated");
    setText(this.state, facts.join(" · "));
  }
}
