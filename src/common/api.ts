import type { Group } from "./groups";
import type { Fields, ServerRule } from "./server-rule";
import type { UpdateChanges, UpdatesView } from "./update-api";
import type { Report } from "./wire";

/** What the page and other HTTP clients get to see: the JSON of `docs/http.md`. */

/** One element of `GET /api/devices`. */
export interface DeviceView {
  id: string;
  /** What a person calls it; absent: it goes by its id. */
  name?: string;
  /** Heard within its limit, and its status topic does not say `offline`. */
  online: boolean;
  /** A virtual device of this process: its light can be set. */
  simulated: boolean;
  /** Last light level, 0..1023, or null before the first reading, or if it measures none. */
  light: number | null;
  /** The fields that the rule is about, as last reported. */
  values: Record<string, number>;
  /** True if they are from a retained message: nobody knows when they were measured. */
  valuesAreOld?: boolean;
  /** The LED: of a simulated device as it is, of another as last reported or commanded. */
  ledOn: boolean | null;
  /** ISO 8601, or null when it never spoke. */
  lastSeen: string | null;
  /** What it last said of itself; null for a lesson device. `decided_by` tells who decides. */
  state: Report | null;
  /** When it said so, Unix time, ms; absent if nobody knows, as of a retained message. */
  stateHeardMs?: number;
  /** What a person should know of it, most urgent first; empty while all is well. */
  health: HealthNote[];
}

/**
 * Why a device is not as a person expects. Programs go by these fields, the page puts them into
 * words. All times are Unix time, ms, and null if not known.
 */
export type HealthNote =
  /**
   * It is offline: its status topic says so (the device itself, or the broker by its will), or
   * nothing was heard of it for `limitMs`, or ever.
   */
  | {
      about: "offline";
      why: "said" | "silent" | "unheard";
      sinceMs: number | null;
      limitMs?: number;
    }
  /** It decides by itself, as no server answers it. */
  | { about: "alone"; sinceMs: number | null }
  /**
   * A command has not been carried out: the device is away, has not said so yet, did not get it in
   * time, or would refuse it.
   */
  | {
      about: "command";
      why: "away" | "unconfirmed" | "expired" | "refused";
      sinceMs: number | null;
    }
  /** Messages of it were dropped: `reason` is a label of `nightlight_rejections_total`. */
  | { about: "dropped"; reason: string; count: number; lastMs: number; detail: string };

/** One element of `GET /api/groups`: sensors that decide together. */
export interface GroupView {
  id: string;
  /** The last decision, or null before the first. */
  on: boolean | null;
  /** How the members' votes become one, or their values. */
  decide: Group["decide"];
  /** `value` is null while the member is lost: silent, or its reading too old to count. */
  members: { id: string; value: number | null }[];
  lights: string[];
}

/** A message that passed the broker, as the page's stream shows it. */
export interface MessageView {
  /** Unix time, ms. */
  atMs: number;
  topic: string;
  payload: string;
  /** Why the server made nothing of it, if it didn't. */
  rejected?: string;
}

/** A reading as it came in. */
export interface ReadingView {
  id: string;
  /** When it was taken, Unix time, ms: after an outage, long before it came. */
  atMs: number;
  /** The fields that the rule is about. */
  values: Record<string, number>;
  /** The LED when the reading was taken; null if that is not known. */
  ledOn: boolean | null;
}

/** The values of one field in some stretch of time. */
export interface FieldRange {
  min: number;
  mean: number;
  max: number;
}

/** A point of the history: one reading, or all of a stretch of time. */
export interface HistoryPoint {
  /** Of the first reading in it, and of the last one; Unix time, ms. */
  atMs: number;
  lastMs: number;
  /** How many there were; 0 if only the LED changed. */
  readings: number;
  /** By field; the lowest and the highest value keep each spike. */
  values: Record<string, FieldRange>;
  /** How much of it the LED was on, 0..1; null if that is not known. */
  ledOn: number | null;
}

/** `GET /api/devices/ID/telemetry`. */
export interface TelemetryView {
  id: string;
  /** Unix time, ms; `toMs` itself is not in it. */
  fromMs: number;
  toMs: number;
  /** What one point stands for, ms; 0 if each is one reading. */
  bucketMs: number;
  /** A device that was silent for longer counted as offline, ms. */
  silenceMs: number;
  /** Oldest first. */
  points: HistoryPoint[];
}

/** A change of a device's LED. */
export interface LedView {
  id: string;
  /** Unix time, ms. */
  atMs: number;
  ledOn: boolean;
}

/** What the server keeps on disk: the embedded broker's state, and the history. */
export type Unwritten = "broker" | "history";

/** First event of `GET /api/events`: all that the page needs to draw itself. */
export interface SnapshotView {
  version: string;
  /** The broker that the server is connected to, without any user or password. */
  broker: string;
  brokerConnected: boolean;
  /** What the disk does not take at present. */
  unwritten: Unwritten[];
  /** False with --no-decide. */
  decides: boolean;
  /** The server's clock, Unix time, ms: a phone's may differ. */
  nowMs: number;
  rule: ServerRule;
  /** What all topics begin with on the wire; in messages it is left out. */
  topicPrefix: string;
  groups: GroupView[];
  devices: DeviceView[];
  messages: MessageView[];
  updates: UpdatesView;
  /** What is still being prepared, or null. */
  preparing: Preparation | null;
  /** What is taken in hand of devices in tabs; null if this server has none. */
  class: ClassView | null;
}

/** `GET /api/class`, and the body of `PUT /api/class`, which may leave out what stays as it is. */
export interface ClassView {
  /** What the sensors of all devices in tabs see, 0..1023; null while each has a light of its own. */
  light: number | null;
  /** Whether no device in a tab has a network. */
  networkCut: boolean;
}

/** Body of `POST /api/class/reset`: a device in a tab. */
export interface ResetRequest {
  device: string;
}

/** A message of the WebSocket at `/device/class`, to each tab. */
export type ClassEvent =
  | { kind: "room"; room: ClassView }
  /** Whether the programs of devices in tabs may be changed here. */
  | { kind: "program"; mayChange: boolean }
  /** That device, if it is in this tab, starts again as after a cut of power. */
  | { kind: "reset"; device: string };

/** The simulated device before its first reading. */
export interface Preparation {
  id: string;
  /** Its firmware is being compiled, the first time and after a change; or it is starting. */
  step: "compiling" | "starting";
}

/** What has happened to the devices since the last such event, a moment ago. */
export interface ChangesView {
  /** Each device that is other than before, once, as it is now. */
  devices: DeviceView[];
  /** The ids of those that a person has removed; one that is in `devices` too has come back since. */
  removed: string[];
  /** In the order in which they came. */
  readings: ReadingView[];
  leds: LedView[];
  messages: MessageView[];
  /** Older messages of the same moment that were too many. */
  messagesLeftOut: number;
}

/** Server-sent events of `GET /api/events`, by event name. */
export interface Events {
  snapshot: SnapshotView;
  changes: ChangesView;
  /** A group of which a member was heard or lost, or whose decision changed. */
  group: GroupView;
  /** An update has come further, or begun; or the sources were compiled. */
  updates: UpdateChanges;
  /** The server's own connection to the broker. */
  broker: { connected: boolean };
  /** The disk no longer takes something, or takes it again; empty while all is well. */
  disk: { unwritten: Unwritten[] };
  /** The next step, or null once the simulated device has spoken. */
  preparing: Preparation | null;
  /** Something of the devices in tabs was taken in hand, or given back. */
  class: ClassView;
}

/** A message of the WebSocket at `/api/events`, which tells the same. */
export type SocketEvent = { [K in keyof Events]: { event: K; data: Events[K] } }[keyof Events];

/** Far more rows than a screen has. */
export const MAX_WATCHED = 1_000;

/** A message to that WebSocket. */
export interface WatchRequest {
  /**
   * The devices whose values are wanted, at most `MAX_WATCHED`. Of others, `changes` has what else changes:
   * whether they are online, their health, names and programs. Null for all, as at the beginning.
   * Devices that are new in it are in a `changes` at once.
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
  /** Whether its history was deleted, too. */
  history: boolean;
}

/** Body of `PUT /api/devices/ID/name`, and its answer; an empty name is none. */
export interface NameRequest {
  name: string;
}

/** Body of `POST /api/devices/ID/commands`: the fields of the rule's commands. */
export type CommandRequest = Fields;
