import type { ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import type { GroupView, Preparation, SnapshotView } from "../../src/common/api";
import type { ServerRule } from "../../src/common/server-rule";
import type { Clock } from "../base/clock";
import type { DiskHealth } from "../base/disk-health";
import { VERSION } from "../base/version";
import type { Counters, Decider, Devices, ServerBus } from "../deciding/index";
import type { ClassRoom } from "./class-room";
import { EventStream } from "./event-stream";
import { LiveChanges } from "./live-changes";
import { LiveGroups } from "./live-groups";
import { LiveUpdates, type LiveUpdatesParts } from "./live-updates";
import type { RecentMessages } from "./recent-messages";
import { parseWatch } from "./watch-request";

/** Close code for a client that sends an invalid request: RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;

export interface LiveParts {
  bus: ServerBus;
  clock: Clock;
  counts: Counters;
  decider: Pick<Decider, "brokerUrl" | "decisions">;
  devices: Devices;
  disk: DiskHealth;
  messages: RecentMessages;
  rule: ServerRule;
  topicPrefix: string;
  /** Whether the server decides for devices; false with --no-decide. */
  decides: boolean;
  /**
   * The teacher's controls for devices in browser tabs; undefined if no such devices are possible.
   */
  classRoom: ClassRoom | undefined;
}

/** The live stream: sends each reader a snapshot first, then the changes. */
export class LiveStream {
  private readonly stream = new EventStream();
  private readonly changes: LiveChanges;
  private readonly liveGroups: LiveGroups;
  private readonly liveUpdates: LiveUpdates;
  private preparing: Preparation | null = null;

  constructor(
    private readonly parts: LiveParts,
    private readonly updates: LiveUpdatesParts["updates"],
  ) {
    const { bus, clock, decider, devices } = parts;
    const { stream } = this;
    this.changes = new LiveChanges(bus, devices, stream);
    this.liveGroups = new LiveGroups({ bus, decisions: decider.decisions, clock, stream });
    this.liveUpdates = new LiveUpdates({ bus, updates, stream });
    bus.on("connection", (connected) => stream.send("broker", { connected }));
    bus.on("disk", (unwritten) => stream.send("disk", { unwritten }));
    if (parts.classRoom) parts.classRoom.onChange = (view) => stream.send("class", view);
    bus.on("preparing", (preparing) => {
      this.preparing = preparing;
      stream.send("preparing", preparing);
    });
  }

  add(response: ServerResponse): void {
    this.flush();
    this.stream.add(response, this.snapshot());
  }

  addSocket(socket: WebSocket): void {
    this.flush();
    this.stream.addSocket(socket, this.snapshot());
    socket.on("message", (data: Buffer) => this.watch(socket, data.toString()));
  }

  groups(): GroupView[] {
    return this.liveGroups.views();
  }

  stop(): void {
    this.changes.stop();
    this.liveGroups.stop();
    this.liveUpdates.stop();
    this.stream.stop();
  }

  private watch(socket: WebSocket, text: string): void {
    const { value, error } = parseWatch(text);
    if (value) {
      const before = this.stream.watch(socket, value.watched);
      this.stream.sendTo(socket, "changes", this.changes.begun(value.watched, before));
    } else socket.close(POLICY_VIOLATION, error);
  }

  /**
   * Sends pending changes to the earlier readers before a new reader's snapshot, which contains
   * these changes.
   */
  private flush(): void {
    this.changes.flush();
    this.liveGroups.flush();
    this.liveUpdates.flush();
  }

  private snapshot(): SnapshotView {
    const { clock, counts, decider, decides, devices, disk, messages, rule, topicPrefix } =
      this.parts;
    return {
      version: VERSION,
      broker: decider.brokerUrl,
      brokerConnected: counts.brokerConnected,
      unwritten: disk.unwritten,
      decides,
      nowMs: clock.wallMs(),
      rule,
      topicPrefix,
      groups: this.groups(),
      devices: devices.list(),
      messages: messages.list(),
      updates: this.updates.view(),
      preparing: this.preparing,
      class: this.parts.classRoom?.view ?? null,
    };
  }
}
