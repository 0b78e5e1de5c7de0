import { byId, setText, textElement } from "./dom";
import { MESSAGES_SHOWN, type NumberedMessage, type RecentMessages } from "./recent-messages";
import { clockWords } from "./words";

/** Maximum number of characters shown, so that a hostile payload can't fill the screen. */
const PAYLOAD_SHOWN_CHARS = 300;
/**
 * Number of new messages within `FLOOD_MS` that counts as a flood. A flood is too fast to read, so
 * it is shown in batches, without highlighting.
 */
const FLOOD_MESSAGES = 40;
const FLOOD_MS = 1_000;

/** The live messages, newest first. */
export class MessageStream {
  private readonly list = byId("message-list", HTMLOListElement);
  private readonly none = byId("no-messages", HTMLElement);
  private readonly leftOut = byId("messages-left-out", HTMLElement);
  private readonly pause = byId("pause", HTMLButtonElement);
  private readonly only = byId("only", HTMLInputElement);
  private readonly onlyLabel = byId("only-label", HTMLElement);
  /** The log and the device whose rows are shown. */
  private shown: { log?: RecentMessages; deviceId?: string } = {};
  private newestShown = 0;
  private appendedMs = 0;
  private paused = false;

  private later: number | undefined;

  constructor(private readonly onChange: () => void) {
    this.pause.addEventListener("click", () => {
      this.paused = !this.paused;
      this.pause.ariaPressed = String(this.paused);
      onChange();
    });
    this.only.addEventListener("change", onChange);
  }

  show(log: RecentMessages, openId: string | undefined, deviceCount: number): void {
    this.onlyLabel.hidden = deviceCount < 2;
    const deviceId = this.only.checked && deviceCount > 1 ? openId : undefined;
    const messages = log.list(deviceId);
    if (log !== this.shown.log || deviceId !== this.shown.deviceId) {
      this.shown = { log, deviceId };
      this.list.replaceChildren();
      this.newestShown = 0;
      // Pausing keeps the rows that are being read. A list of other messages is filled even when
      // paused.
      if (this.list.children.length === 0) this.append(messages);
    }
    if (!this.paused) this.append(messages);
    const waiting = messages.filter(({ number }) => number > this.newestShown).length;
    setText(this.pause, this.paused ? `Resume${waiting ? ` (${waiting} new)` : ""}` : "Pause");
    this.leftOut.hidden = log.leftOut === 0;
    setText(this.leftOut, `Too many messages at once: ${log.leftOut} are not shown.`);
    this.none.hidden = this.list.children.length > 0;
  }

  private append(messages: readonly NumberedMessage[]): void {
    const news = messages.filter(({ number }) => number > this.newestShown);
    const isFlood = news.length > FLOOD_MESSAGES;
    const nowMs = performance.now();
    if (isFlood && nowMs - this.appendedMs < FLOOD_MS) {
      this.later ??= window.setTimeout(() => {
        this.later = undefined;
        this.onChange();
      }, FLOOD_MS);
      return;
    }
    if (news.length === 0) return;
    this.appendedMs = nowMs;
    const rows = news.map(row).reverse();
    for (const each of rows) each.classList.toggle("still", isFlood);
    if (rows.length >= MESSAGES_SHOWN) this.list.replaceChildren(...rows);
    else this.list.prepend(...rows);
    while (this.list.children.length > MESSAGES_SHOWN) this.list.lastElementChild?.remove();
    this.newestShown = messages.at(-1)?.number ?? this.newestShown;
  }
}

function row(message: NumberedMessage): HTMLLIElement {
  const item = document.createElement("li");
  const time = textElement("time", "muted", clockWords(message.atMs));
  time.dateTime = new Date(message.atMs).toISOString();
  const direction = directionOf(message.topic);
  item.dataset["direction"] = direction;
  item.append(
    time,
    textElement("bdi", "topic", message.topic),
    textElement("span", "direction", DIRECTION_WORDS[direction]),
    payloadElement(message.payload),
  );
  if (message.rejected !== undefined) {
    item.dataset["rejected"] = "true";
    item.append(textElement("span", "rejected", `rejected: ${message.rejected}`));
  }
  return item;
}

type Direction = "from" | "to" | "other";

const DIRECTION_WORDS: Record<Direction, string> = {
  from: "↑ from device",
  to: "↓ to device",
  other: "other",
};

function directionOf(topic: string): Direction {
  switch (topic.slice(topic.lastIndexOf("/") + 1)) {
    case "commands":
      return "to";
    case "telemetry":
    case "status":
    case "state":
      return "from";
    default:
      return "other";
  }
}

/** Returns the payload as plain text. A long line may break after a comma, not within a word. */
function payloadElement(payload: string): HTMLElement {
  const element = textElement("bdi", "payload");
  for (const part of shortened(payload).split(/(?<=,)/))
    element.append(part, document.createElement("wbr"));
  return element;
}

function shortened(payload: string): string {
  if (payload === "") return "(empty)";
  if (payload.length <= PAYLOAD_SHOWN_CHARS) return payload;
  return `${payload.slice(0, PAYLOAD_SHOWN_CHARS)}… (${payload.length} characters)`;
}
