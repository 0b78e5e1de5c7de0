import { idError } from "../../src/common/id";
import { fieldsMatch, sideOf } from "../../src/common/server-rule";
import {
  parseJsonObject,
  parseState,
  parseStatus,
  SERVER_STATUS_TOPIC,
  TOPIC_KINDS,
  type TopicKind,
} from "../../src/common/wire";
import { printable } from "../base/log";
import { commandOf } from "./command";
import { parseFields } from "./command-fields";
import type { CommandState } from "./command-state";
import type { Commander } from "./commander";
import type { DeviceNames } from "./device-names";
import type { DeviceRemoval } from "./device-removal";
import type { ServerBus } from "./events";
import type { PeerDecisions } from "./peer-decisions";
import { NAMES_TOPIC, REMOVED_TOPIC, SERVER_TOPICS } from "./server-topics";
import { type DeviceScope, isForeign } from "./subscribe";
import { type Receipt, TelemetryHandler, type TelemetryParts } from "./telemetry";

export interface ReceiverParts extends TelemetryParts {
  bus: ServerBus;
  scope: DeviceScope;
  homeAssistantStatus: string;
  commander: Commander;
  commandState: CommandState;
  peerDecisions: PeerDecisions;
  names: DeviceNames;
  removal: DeviceRemoval;
  /**
   * Called when another server, or a will, has published `offline` on the servers' status topic.
   */
  onServerGone: () => void;
}

/** Maximum length of a payload, bytes. Longer payloads are rejected unparsed. */
const PAYLOAD_MAX_BYTES = 1024;

/**
 * The kinds of topics on which a device publishes. Its other topics are for messages to the device.
 */
const SAID = new Set<string>(["telemetry", "status", "state"] satisfies TopicKind[]);
/** Why a retained command is rejected. */
const IS_RETAINED =
  "the command is retained, so the device carries it out at each connection; clear it with an empty retained message";

/** Handles the messages that the broker delivers, each kind in its own method. */
export class Receiver {
  private readonly telemetry: TelemetryHandler;

  constructor(private readonly parts: ReceiverParts) {
    this.telemetry = new TelemetryHandler(parts);
  }

  receive(topic: string, payload: Buffer, arrival: Receipt): void {
    const { bus, cluster, removal } = this.parts;
    const { atMs, nowMs } = arrival;
    if (isForeign(topic, this.parts)) return;
    if (cluster?.holdIfForeign(topic, payload, { atMs, nowMs })) {
      // The server that decides the reading counts it, but all servers must notice that a removed
      // device is back.
      if (payload.length > 0) removal.isBack(topic.slice(0, topic.lastIndexOf("/")), arrival);
      return;
    }
    const whole = payload.subarray(0, PAYLOAD_MAX_BYTES).toString();
    // A byte order mark is removed on any topic, JSON or not. But a payload that consists of the
    // mark only is left as it is: an empty payload would clear the topic.
    const text = whole.length > 1 && whole.startsWith("\ufeff") ? whole.slice(1) : whole;
    const rejected =
      payload.length > PAYLOAD_MAX_BYTES
        ? `payload: expected at most ${PAYLOAD_MAX_BYTES} bytes, got ${payload.length}`
        : this.handle(topic, text, arrival);
    if (rejected) this.rejected(topic, rejected, arrival.retained);
    bus.emit("message", { atMs, topic, payload: text, rejected });
  }

  private rejected(topic: string, why: string, retained: boolean): void {
    this.parts.rejections.countPayload(topic);
    const slash = topic.lastIndexOf("/");
    const kind = topic.slice(slash + 1);
    this.parts.devices.dropped(topic.slice(0, slash), kind, why, !retained && SAID.has(kind));
    const shown = printable(topic);
    this.parts.log("server", `Warning: ignored ${shown}: ${why}`, { level: "warn", topic: shown });
  }

  /** @returns the error, if the message is invalid */
  private handle(topic: string, text: string, arrival: Receipt): string | undefined {
    const slash = topic.lastIndexOf("/");
    const id = topic.slice(0, slash);
    const kind = topic.slice(slash + 1);
    if (topic.startsWith(SERVER_TOPICS)) return this.ofServer(topic, text, arrival);
    if (topic === this.parts.homeAssistantStatus) {
      if (text === "online") this.parts.bus.emit("homeAssistant");
      return undefined;
    }
    if (!isKind(kind)) return undefined;
    const wrong = idError(id);
    if (wrong !== undefined) return `id: ${wrong}`;
    if (this.parts.removal.ignores(id, kind, text, arrival)) return undefined;
    // An empty payload clears the retained message, so the topic has no content any more.
    if (text === "") return this.cleared(id, kind);
    switch (kind) {
      case "telemetry":
        return this.telemetry.receive(id, text, arrival);
      case "commands":
        return this.command(id, text, arrival);
      case "status":
        return this.status(id, text, arrival);
      case "state":
        return this.state(id, text, arrival);
      case "desired":
        return this.desired(id, text);
    }
  }

  private command(id: string, text: string, { nowMs, retained }: Receipt): string | undefined {
    const { rule, cluster, commandState, devices, peerDecisions, resender } = this.parts;
    const { value, error } = parseFields(text, rule);
    if (!value) return error;
    const { id: orderId } = parseJsonObject(text).value ?? {};
    if (Number.isSafeInteger(orderId)) commandState.heard(id, Number(orderId));
    // Like any retained message, a retained command is old (arendst/Tasmota#2929). Another client
    // retained the command: this server never retains commands.
    if (retained) return IS_RETAINED;
    const on = sideOf(rule, value);
    devices.commanded(id, on);
    resender.commands.supersede(id);
    if (on !== undefined && cluster)
      if (cluster.decides(id)) peerDecisions.late(id, on, text);
      else peerDecisions.heard(id, on, text, nowMs);
    return undefined;
  }

  private status(id: string, text: string, { retained }: Receipt): string | undefined {
    const { commander, devices } = this.parts;
    const { value, error } = parseStatus(text);
    if (!value) return this.unread(id, error);
    devices.status(id, value, retained);
    if (value === "online" && !retained) commander.correct(id);
    return undefined;
  }

  private state(id: string, text: string, { retained }: Receipt): string | undefined {
    const { rule, commander, devices } = this.parts;
    const { value, error } = parseState(text);
    if (!value) return this.unread(id, error);
    devices.state(id, value, sideOf(rule, value), retained);
    if (value.id !== undefined) commander.done(id, value.id);
    // A device that decides for itself is not corrected: it may have a reason, and its next reading
    // is answered anyway.
    if (!retained && value.decided_by !== "device")
      commander.correct(id, (desired) => fieldsMatch(desired, value));
    return undefined;
  }

  /**
   * Handles an invalid status or state. Other software has such topics, with other payloads. Unless
   * the device is ours, the message is only counted, without a warning.
   */
  private unread(id: string, error: string | undefined): string | undefined {
    if (this.parts.devices.has(id)) return error;
    this.parts.rejections.count("stranger");
    return undefined;
  }

  private desired(id: string, text: string): string | undefined {
    const { rule, commandState, resender } = this.parts;
    const { value, error } = parseFields(text, rule);
    if (!value) return error;
    // A retained message is a desired state that this or another server published in the past. Any
    // other message is new from another server, or our own, passed back by the broker.
    if (commandState.desire(id, commandOf(rule, value))) resender.commands.supersede(id);
    commandState.keep(id);
    return undefined;
  }

  private ofServer(topic: string, text: string, arrival: Receipt): string | undefined {
    const { cluster, names, removal } = this.parts;
    if (topic === SERVER_STATUS_TOPIC) return this.serverStatus(text, arrival);
    if (topic.startsWith(NAMES_TOPIC)) return names.receive(topic.slice(NAMES_TOPIC.length), text);
    if (topic.startsWith(REMOVED_TOPIC)) return removal.receive(topic.slice(REMOVED_TOPIC.length));
    return cluster?.receive(topic, text, arrival.retained);
  }

  private serverStatus(text: string, { retained }: Receipt): string | undefined {
    if (text === "") return undefined;
    const { value, error } = parseStatus(text);
    if (value === "offline" && !retained) this.parts.onServerGone();
    return error;
  }

  private cleared(id: string, kind: TopicKind): undefined {
    const { commandState, devices } = this.parts;
    if (kind === "status") devices.status(id, undefined, true);
    if (kind === "state") devices.state(id, undefined, undefined, true);
    if (kind === "desired") commandState.forget(id);
  }
}

function isKind(text: string): text is TopicKind {
  return (TOPIC_KINDS as readonly string[]).includes(text);
}
