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
import type { CommandState } from "./command-state";
import type { Decisions } from "./decisions";
import type { DeviceNames } from "./device-names";
import type { Devices } from "./devices";
import type { ServerBus } from "./events";
import { type Link, publishAcknowledged } from "./link";
import type { SeenReadings } from "./seen-readings";
import { NAMES_TOPIC, REMOVED_TOPIC } from "./server-topics";
import type { UnconfirmedCommands } from "./unconfirmed";

/**
 * Maximum number of remembered removals; beyond it, the oldest is forgotten. Ids are untrusted
 * input, so this bounds the memory.
 */
const MAX_REMOVED = 10_000;

interface Removed {
  /** The last message on the device's status topic. */
  status: Status | undefined;
  /** When the device was removed, monotonic, ms. */
  atMs: number;
}

/** How a message was received. */
interface Came {
  retained: boolean;
  /** When the message was received, monotonic, ms. */
  nowMs: number;
}

interface Parts {
  link: Link;
  devices: Devices;
  decisions: Decisions;
  commandState: CommandState;
  seen: SeenReadings;
  unconfirmed: UnconfirmedCommands;
  names: DeviceNames;
  clock: Clock;
  rejections: Rejections;
  bus: ServerBus;
  /** Whether this server, of all servers on the broker, publishes on behalf of the device. */
  speaksFor: (id: string) => boolean;
}

/**
 * Removes devices, and ignores messages that would bring a removed device back although it is
 * absent: only a message that the device itself has just sent brings it back.
 */
export class DeviceRemoval {
  private readonly removed = new Map<string, Removed>();
  private readonly unfinished = new Set<string>();

  constructor(private readonly parts: Parts) {}

  /**
   * Removes a device. Resolves once the broker keeps no message of the device. Rejects if the
   * connection is lost before the other servers know of the removal: the device is then still known
   * here, so the caller can try again. If the connection is lost later, the removal ends after the
   * reconnect, when the empty retained messages are sent again.
   */
  async remove(id: string): Promise<void> {
    const { link, devices } = this.parts;
    const isOnline = devices.view(id)?.online === true;
    this.unfinished.add(id);
    await publishAcknowledged(link, REMOVED_TOPIC + id, "{}", { qos: 1 });
    this.forget(id);
    const cleared = TOPIC_KINDS.filter((kind) => !(kind === "commands" && isOnline))
      // An online device can't read an empty command, and the lesson's own program ends if it
      // receives an empty command. So an online device's command topic is not cleared: the device
      // comes back anyway.
      .map((kind) => topicOf(id, kind));
    await Promise.all(
      [...cleared, NAMES_TOPIC + id].map((topic) =>
        publishAcknowledged(link, topic, "", { qos: 1, retain: true }),
      ),
    );
    this.unfinished.delete(id);
  }

  /**
   * Whether the device's removal has begun and not ended: the broker may still keep its messages.
   */
  isUnfinished(id: string): boolean {
    return this.unfinished.has(id);
  }

  /**
   * Called when a server has removed a device: another server, or this one if the broker passes its
   * message back.
   * @returns the error, if the message is invalid
   */
  receive(id: string): string | undefined {
    const wrong = idError(id);
    if (wrong !== undefined) return `id: ${wrong}`;
    this.forget(id);
    // This server may have published a desired state just before, so the topic is cleared again.
    this.retain(id, "desired", "");
    return undefined;
  }

  /** @returns whether to ignore a message of a removed device */
  ignores(id: string, kind: TopicKind, text: string, arrival: Came): boolean {
    const removed = this.removed.get(id);
    if (!removed) return false;
    if (kind === "status" && !arrival.retained)
      removed.status = parseStatus(text).value ?? removed.status;
    const isSaid =
      kind === "telemetry" || kind === "state" || (kind === "status" && text === "online");
    if (isSaid && text !== "" && this.isBack(id, arrival)) return false;
    // If the device lost its connection, the broker publishes the device's will once the broker
    // notices the loss. The retained will is cleared again.
    if (kind === "status" && text === "offline" && isAfter(removed, arrival))
      this.retain(id, "status", "");
    if (text !== "") this.parts.rejections.count("removed");
    return true;
  }

  /**
   * Call for a message that only the device itself sends.
   * @returns whether the device had been removed and is back
   */
  isBack(id: string, arrival: Came): boolean {
    const removed = this.removed.get(id);
    if (!removed || !isAfter(removed, arrival)) return false;
    this.removed.delete(id);
    // The device's will is still set, but the status that the device published at its start was
    // cleared. So this server publishes that status again.
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
    const { devices, decisions, commandState, seen, unconfirmed, names, clock, bus } = this.parts;
    const [oldest] = this.removed.keys();
    if (oldest !== undefined && this.removed.size >= MAX_REMOVED) this.removed.delete(oldest);
    const status = devices.statusOf(id) ?? this.removed.get(id)?.status;
    this.removed.set(id, { status, atMs: clock.monotonicMs() });
    decisions.forget(id);
    commandState.forgetDevice(id);
    seen.forget(id);
    unconfirmed.forget(id);
    names.set(id, "");
    devices.remove(id);
    bus.emit("removed", id);
  }
}

/**
 * Whether a message is newer than the removal. A message that was retained, or held by this server,
 * may be older.
 */
function isAfter({ atMs }: Removed, { retained, nowMs }: Came): boolean {
  return !retained && nowMs >= atMs;
}
