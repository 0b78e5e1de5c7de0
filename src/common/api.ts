import type { Group } from "./groups";
import type { Fields, ServerRule } from "./server-rule";
import type { UpdateChanges, UpdatesView } from "./update-api";
import type { StateReport } from "./wire";

/** The JSON that the page and other HTTP clients receive; described in `docs/http.md`. */

/** An element of `GET /api/devices`. */
export interface DeviceView {
  id: string;
  /** The name that a person gave the device. Absent: the page shows the id. */
  name?: string;
  /**
   * True if the device was heard within its silence limit, and its status topic does not say
   * `offline`.
   */
  online: boolean;
  /** True for a virtual device of this process: its light can be set. */
  simulated: boolean;
  /**
   * Last light level, 0..1023; null before the first reading, or if the device measures no light.
   */
  light: number | null;
  /** The fields that the rule compares, as last reported. */
  values: Record<string, number>;
  /** True if `values` are from a retained message: the time of measurement is unknown. */
  valuesAreOld?: boolean;
  /**
   * State of the LED: for a simulated device the actual state, for others as last reported or
   * commanded.
   */
  ledOn: boolean | null;
  /** When the device was last heard, ISO 8601; null if never. */
  lastSeen: string | null;
  /**
   * The device's last state message, whose `decided_by` tells who decides; null for a lesson
   * device.
   */
  state: StateReport | null;
  /** When `state` was received, Unix time, ms; absent if unknown, as for a retained message. */
  stateHeardMs?: number;
  /** Problems that a person should know about, most urgent first; empty if there are none. */
  health: HealthNote[];
}

/**
 * Why a device does not behave as expected. API clients rely on these fields; the page turns them
 * into sentences. All times are Unix time, ms, and null if unknown.
 */
export type HealthNote =
  /**
   * The device is offline: its status topic says so (published by the device, or by the broker as
   * its will), or nothing was heard for `limitMs`, or nothing ever.
   */
  | {
      about: "offline";
      why: "said" | "silent" | "unheard";
      sinceMs: number | null;
      limitMs?: number;
    }
  /** The device decides for itself, because no server answers it. */
  | { about: "alone"; sinceMs: number | null }
  /**
   * Why a command is still pending: the device is offline, has not confirmed the command, did not
   * receive it in time, or would refuse it.
   */
  | {
      about: "command";
      why: "away" | "unconfirmed" | "expired" | "refused";
      sinceMs: number | null;
    }
  /** Messages of the device were dropped. `reason` is a label of `nightlight_rejections_total`. */
  | { about: "dropped"; reason: string; count: number; lastMs: number; detail: string };

/** An element of `GET /api/groups`: sensors that decide together. */
export interface GroupView {
  id: string;
  /** The last decision, or null before the first. */
  on: boolean | null;
  /** How the members' votes, or their values, are combined. */
  decide: Group["decide"];
  /** `value` is null while the member is lost: silent, or its reading is too old to count. */
  members: { id: string; value: number | null }[];
  lights: string[];
}

/** A message that passed through the broker, as the page's live stream shows it. */
export interface MessageView {
  /** When the message passed, Unix time, ms. */
  atMs: number;
  topic: string;
  payload: string;
  /** Why the server rejected the message; absent if it was accepted. */
  rejected?: string;
}

/** A received reading. */
export interface ReadingView {
  id: string;
  /** When the reading was taken, Unix time, ms. After an outage the reading arrives much later. */
  atMs: number;
  /** The fields that the rule compares. */
  values: Record<string, number>;
  /** The LED when the reading was taken; null if unknown. */
  ledOn: boolean | null;
}

/** The values of one field within an interval. */
export interface FieldRange {
  min: number;
  mean: number;
  max: number;
}

/** A point of the history: one reading, or all readings of an interval. */
export interface HistoryPoint {
  /** Times of the first and of the last reading in the point, Unix time, ms. */
  atMs: number;
  lastMs: number;
  /** Number of readings; 0 if only the LED changed. */
  readings: number;
  /** The range of the values, by field name. Minimum and maximum preserve each spike. */
  values: Record<string, FieldRange>;
  /** The fraction of the interval during which the LED was on, 0..1; null if unknown. */
  ledOn: number | null;
}

/** Answer to `GET /api/devices/ID/telemetry`. */
export interface TelemetryView {
  id: string;
  /** Start and end of the history, Unix time, ms; `toMs` is exclusive. */
  fromMs: number;
  toMs: number;
  /** The interval that one point covers, ms; 0 if each point is one reading. */
  bucketMs: number;
  /** The device's silence limit, ms: after a longer silence it counted as offline. */
  silenceMs: number;
  /** The points of the history, oldest first. */
  points: HistoryPoint[];
}

/** A change of a device's LED. */
export interface LedView {
  id: string;
  /** When the LED changed, Unix time, ms. */
  atMs: number;
  ledOn: boolean;
}

/** Data that the server keeps on disk: the embedded broker's state, and the history. */
export type Unwritten = "broker" | "history";

/** First event of `GET /api/events`: everything that the page needs to draw itself. */
export interface SnapshotView {
  version: string;
  /** Address of the broker that the server is connected to, without user and password. */
  broker: string;
  brokerConnected: boolean;
  /** Data that currently cannot be written to disk. */
  unwritten: Unwritten[];
  /** Whether the server decides for devices; false with --no-decide. */
  decides: boolean;
  /** The server's clock, Unix time, ms. The clock of a phone may differ. */
  nowMs: number;
  rule: ServerRule;
  /** The prefix of all topics on the wire; messages are shown without it. */
  topicPrefix: string;
  groups: GroupView[];
  devices: DeviceView[];
  messages: MessageView[];
  updates: UpdatesView;
  /** The current step in preparing the simulated device; null if there is none. */
  preparing: Preparation | null;
  /** Classroom controls for devices in browser tabs; null if this server has no such devices. */
  class: ClassView | null;
}

/**
 * Answer to `GET /api/class`, and the body of `PUT /api/class`, where absent fields stay unchanged.
 */
export interface ClassView {
  /**
   * The light that the sensors of all devices in tabs see, 0..1023; null while each device has its
   * own light.
   */
  light: number | null;
  /** True while the network of all devices in tabs is cut. */
  networkCut: boolean;
}

/** Body of `POST /api/class/reset`. `device` is a device in a tab. */
export interface ResetRequest {
  device: string;
}

/** A WebSocket message on `/device/class`, sent to each tab. */
export type ClassEvent =
  | { kind: "room"; room: ClassView }
  /** Whether this server lets learners edit the programs of devices in tabs. */
  | { kind: "program"; mayChange: boolean }
  /** Restarts the device, if it is in this tab, as after a power cut. */
  | { kind: "reset"; device: string };

/** The simulated device being prepared, until its first reading. */
export interface Preparation {
  id: string;
  /** The firmware is being compiled (the first time, and after a change), or is starting. */
  step: "compiling" | "starting";
}

/** The changes of the devices since the last `changes` event. */
export interface ChangesView {
  /** Each changed device once, in its current state. */
  devices: DeviceView[];
  /** Ids of removed devices. A device that is also in `devices` was removed and has come back. */
  removed: string[];
  /** Received readings, in the order of arrival. */
  readings: ReadingView[];
  leds: LedView[];
  messages: MessageView[];
  /** Number of older messages that were left out of this event because there were too many. */
  messagesLeftOut: number;
}

/** Server-sent events of `GET /api/events`, by event name. */
export interface Events {
  snapshot: SnapshotView;
  changes: ChangesView;
  /** Sent when a member of the group was heard or lost, or when the group has a new decision. */
  group: GroupView;
  /** Sent when an update has begun or made progress, or when the sources were compiled. */
  updates: UpdateChanges;
  /** State of the server's own connection to the broker. */
  broker: { connected: boolean };
  /** The data that currently cannot be written to disk; empty if all can. */
  disk: { unwritten: Unwritten[] };
  /**
   * The next step in preparing the simulated device, or null once the device has sent a reading.
   */
  preparing: Preparation | null;
  /** Sent when a classroom control was set or released. */
  class: ClassView;
}

/**
 * A WebSocket message on `/api/events`, which carries the same events as the server-sent stream.
 */
export type SocketEvent = { [K in keyof Events]: { event: K; data: Events[K] } }[keyof Events];

/** Maximum number of devices that a client may watch: far more rows than a screen shows. */
export const MAX_WATCHED = 1_000;

/** A message from a client of the WebSocket `/api/events`. */
export interface WatchRequest {
  /**
   * The devices whose values the client wants, at most `MAX_WATCHED`; null for all, the default.
   * For other devices, `changes` carries only changes of their online state, health, name and
   * program. Newly watched devices are sent in a `changes` event at once.
   */
  watch: string[] | null;
}

/** Body of `PUT /api/devices/ID/light`. */
export interface LightRequest {
  light: number;
}

/** Answer to `DELETE /api/devices/ID`. */
export interface RemovedView {
  removed: string;
  /** Whether the device's history was deleted too. */
  history: boolean;
}

/** Body of `PUT /api/devices/ID/name`, and its answer. An empty name removes the device's name. */
export interface NameRequest {
  name: string;
}

/** Body of `POST /api/devices/ID/commands`: the fields of the rule's commands. */
export type CommandRequest = Fields;
