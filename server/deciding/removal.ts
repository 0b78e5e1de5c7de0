import { idError } from "../../src/common/id";
import {
  parseStatus,
  type Status,
  TOPIC_KINDS,
  type TopicKind,
  topicOf,
} from "../../src/common/wire";
import type { Clock } from "../base/clock";
import type { Rejections } from "../base/rejections";
import type { Decisions } from "./decisions";
import type { Delivery } from "./delivery";
import type { Devices } from "./devices";
import type { ServerBus } from "./events";
import { type Link, published } from "./link";
import type { Names } from "./names";
import type { SeenReadings } from "./seen-readings";
import { NAMES_TOPIC, REMOVED_TOPIC } from "./server-topics";
import type { UnconfirmedCommands } from "./unconfirmed";

/** Strangers may choose ids: of more, the first ones are forgotten. */
const MAX_REMOVED = 10_000;

interface Removed {
  /** What its status topic said last. */
  status: Status | undefined;
  /** When that was, by the monotonic clock, ms. */
  atMs: number;
}

/** How a message came. */
interface Came {
  retained: boolean;
  /** By the monotonic clock, ms. */
  nowMs: number;
}

interface Parts {
  link: Link;
  devices: Devices;
  decisions: Decisions;
  delivery: Delivery;
  seen: SeenReadings;
  unconfirmed: UnconfirmedCommands;
  names: Names;
  clock: Clock;
  rejections: Rejections;
  bus: ServerBus;
  /** Whether it is this server, of several, that writes what the broker keeps of the device. */
  speaksFor: (id: string) => boolean;
}

/**
 * Removes devices, and keeps out what would bring them back although they are not there: only
 * what a device says itself, and now, does.
 */
export class Removal {
  private readonly removed = new Map<string, Removed>();
  private readonly unfinished = new Set<string>();

  constructor(private readonly parts: Parts) {}

  /**
   * Resolves once the broker keeps nothing of the device any more. Rejects if the connection is
   * lost before the other servers know: the device is then still known here, for another try.
   * Lost after that, the next connection ends the removal: what is retained is sent again.
   */
  async remove(id: string): Promise<void> {
    const { link, devices } = this.parts;
    const isOnline = devices.view(id)?.online === true;
    this.unfinished.add(id);
    await published(link, REMOVED_TOPIC + id, "{}", { qos: 1 });
    this.forget(id);
    const cleared = TOPIC_KINDS.filter((kind) => !(kind === "commands" && isOnline))
      // To a device that is there, an empty command is one that it can't read: the lesson's own
      // program ends by that. While it is there it comes back anyway.
      .map((kind) => topicOf(id, kind));
    await Promise.all(
      [...cleared, NAMES_TOPIC + id].map((topic) =>
        published(link, topic, "", { qos: 1, retain: true }),
      ),
    );
    this.unfinished.delete(id);
  }

  /** Whether its removal has begun and not ended: the broker may still keep some of it. */
  isUnfinished(id: string): boolean {
    return this.unfinished.has(id);
  }

  /**
   * A server has removed it: another one, or this one, to which a broker may hand its own message.
   * @returns what is wrong with the message
   */
  receive(id: string): string | undefined {
    const wrong = idError(id);
    if (wrong !== undefined) return `id: ${wrong}`;
    this.forget(id);
    // This server may have said just now what should hold.
    this.retain(id, "desired", "");
    return undefined;
  }

  /** @returns whether a message of a removed device is to be ignored */
  keepsOut(id: string, kind: TopicKind, text: string, arrival: Came): boolean {
    const removed = this.removed.get(id);
    if (!removed) return false;
    if (kind === "status" && !arrival.retained)
      removed.status = parseStatus(text).value ?? removed.status;
    const isSaid =
      kind === "telemetry" || kind === "state" || (kind === "status" && text === "online");
    if (isSaid && text !== "" && this.isBack(id, arrival)) return false;
    // The will of one that was cut off comes when the broker has noticed.
    if (kind === "status" && text === "offline" && isAfter(removed, arrival))
      this.retain(id, "status", "");
    if (text !== "") this.parts.rejections.count("removed");
    return true;
  }

  /**
   * To be called for what only the device says.
   * @returns whether it was removed and is there again
   */
  isBack(id: string, arrival: Came): boolean {
    const removed = this.removed.get(id);
    if (!removed || !isAfter(removed, arrival)) return false;
    this.removed.delete(id);
    // Its will stands, but what it had said at its start was cleared.
    if (removed.status === "online") {
      this.retain(id, "status", "online");
      this.parts.devices.status(id, "online", false);
    }
    return true;
  }

  private retain(id: string, kind: TopicKind, text: string): void {
    if (!this.parts.speaksFor(id)) return;
    this.parts.link.publish(topicOf(id, kind), text, { qos: 1, retain: true });
  }

  private forget(id: string): void {
    const { devices, decisions, delivery, seen, unconfirmed, names, clock, bus } = this.parts;
    const [oldest] = this.removed.keys();
    if (oldest !== undefined && this.removed.size >= MAX_REMOVED) this.removed.delete(oldest);
    const status = devices.statusOf(id) ?? this.removed.get(id)?.status;
    this.removed.set(id, { status, atMs: clock.monotonicMs() });
    decisions.forget(id);
    delivery.forgetDevice(id);
    seen.forget(id);
    unconfirmed.forget(id);
    names.set(id, "");
    devices.remove(id);
    bus.emit("removed", id);
  }
}

/** What was retained, or held back by this server, came before. */
function isAfter({ atMs }: Removed, { retained, nowMs }: Came): boolean {
  return !retained && nowMs >= atMs;
}
