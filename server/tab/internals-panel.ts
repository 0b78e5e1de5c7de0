import { byId, setText, textElement } from "../page/dom";
import type { TabDevice } from "./device";
import type { InternalsLine } from "./device-internals";
import { connectionWords, deciderWords, outboxWords } from "./status-words";

/** Shows the internal state of the selected device. Not updated while the panel is closed. */
export class InternalsPanel {
  private readonly panel = byId("inside", HTMLDetailsElement);
  private readonly facts = ["connection", "decider", "outbox", "delivered", "program"].map((name) =>
    byId(`fact-${name}`, HTMLElement),
  );
  private readonly log = new LineList("log");
  private readonly wire = new LineList("wire");

  constructor(onOpen: () => void) {
    this.panel.addEventListener("toggle", onOpen);
  }

  show(device: TabDevice): void {
    if (!this.panel.open) return;
    const { internals } = device;
    const words = [
      connectionWords(device),
      deciderWords(device),
      outboxWords(device),
      String(internals.acknowledged),
      internals.programHash,
    ];
    for (const [i, fact] of this.facts.entries()) setText(fact, words[i] ?? "");
    this.log.show(internals.log);
    this.wire.show(internals.wire);
  }
}

/** The lines of a log. The list follows the newest line unless a person has scrolled away. */
class LineList {
  private readonly list: HTMLOListElement;
  private newest: InternalsLine | undefined;

  constructor(id: string) {
    this.list = byId(id, HTMLOListElement);
  }

  show(lines: InternalsLine[]): void {
    const known = this.newest === undefined ? -1 : lines.lastIndexOf(this.newest);
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    const follows = scrollHeight - scrollTop - clientHeight < 24;
    if (known < 0) this.list.replaceChildren();
    for (const { text, direction, atMs } of lines.slice(known + 1)) {
      const time = new Date(atMs).toTimeString().slice(0, 8);
      const arrow = direction === undefined ? "" : direction === "sent" ? "→ " : "← ";
      const item = textElement("li", "", `${time} ${arrow}${text}`);
      if (direction !== undefined) item.dataset["direction"] = direction;
      this.list.append(item);
    }
    while (this.list.childElementCount > lines.length) this.list.firstElementChild?.remove();
    this.newest = lines.at(-1);
    if (follows) this.list.scrollTop = this.list.scrollHeight;
  }
}
