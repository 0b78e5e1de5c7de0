import type { DeviceView, Events, GroupView, MessageView, ReadingView, SnapshotView } from "../api";
import { fieldsOf } from "../rule-config";
import { History } from "./history";
import { MessageLog } from "./message-log";

export type ServerFacts = Pick<SnapshotView, "version" | "broker" | "decides" | "rule"> & {
  brokerConnected: boolean;
};

export interface Device {
  view: DeviceView;
  history: History;
}

/** The groups that a device votes in, and those that decide for it. */
export interface Roles {
  memberOf: string[];
  lightOf: string[];
}

/** What is other than when it was last shown. */
export interface Changes {
  /** Everything may be: there was a snapshot. */
  all: boolean;
  devices: Set<string>;
  groups: Set<string>;
}

/** All that the page knows, as the server's events tell it. No DOM in here. */
export class Model {
  /** Unknown before the first snapshot. */
  server: ServerFacts | undefined;
  devices = new Map<string, Device>();
  groups = new Map<string, GroupView>();
  messages = new MessageLog();
  private roles = new Map<string, Roles>();
  private fields: string[] = [];
  private changes = noChanges();
  /** How far the server's clock is ahead of this one, ms. */
  private clockAheadMs = 0;

  /** The server's time, by which all of its events are dated. */
  serverTimeMs(nowMs: number): number {
    return nowMs + this.clockAheadMs;
  }

  rolesOf(id: string): Roles {
    return this.roles.get(id) ?? { memberOf: [], lightOf: [] };
  }

  /** What has changed since this was last asked. */
  takeChanges(): Changes {
    const { changes } = this;
    this.changes = noChanges();
    return changes;
  }

  /** @param nowMs this machine's clock */
  apply<K extends keyof Events>(name: K, event: Events[K], nowMs: number): void {
    const handlers: { [N in keyof Events]: (event: Events[N]) => void } = {
      snapshot: (snapshot) => this.reset(snapshot, nowMs),
      device: (view) => this.setDevice(view, this.serverTimeMs(nowMs)),
      // The first reading of all comes before its device, and is in there once more.
      reading: (reading) => this.addReading(reading),
      group: (group) => this.setGroup(group),
      message: (message) => this.addMessage(message),
      broker: ({ connected }) => {
        if (this.server) this.server.brokerConnected = connected;
      },
    };
    handlers[name](event);
  }

  /** The server may have been away or be another one: nothing from before counts. */
  private reset(snapshot: SnapshotView, nowMs: number): void {
    this.changes.all = true;
    this.clockAheadMs = snapshot.nowMs - nowMs;
    this.server = snapshot;
    this.fields = fieldsOf(snapshot.rule);
    this.groups = new Map(snapshot.groups.map((group) => [group.id, group]));
    this.roles = rolesIn(snapshot.groups);
    this.devices = new Map();
    for (const view of snapshot.devices)
      this.devices.set(view.id, { view, history: new History(this.fields) });
    for (const reading of snapshot.readings) this.addReading(reading);
    for (const { id, atMs, ledOn } of snapshot.leds)
      this.devices.get(id)?.history.setLed(atMs, ledOn);
    for (const view of snapshot.devices) this.setDevice(view, snapshot.nowMs);
    this.messages = new MessageLog();
    for (const message of snapshot.messages) this.addMessage(message);
  }

  private setDevice(view: DeviceView, atMs: number): void {
    const device = this.devices.get(view.id) ?? this.newDevice(view);
    device.view = view;
    this.devices.set(view.id, device);
    this.changes.devices.add(view.id);
    if (view.ledOn !== null) device.history.setLed(atMs, view.ledOn);
    if (!view.online) device.history.addSilence();
  }

  private newDevice(view: DeviceView): Device {
    const history = new History(this.fields);
    if (view.lastSeen !== null && Object.keys(view.values).length > 0)
      history.addReading(Date.parse(view.lastSeen), view.values);
    return { view, history };
  }

  private addReading({ id, atMs, values }: ReadingView): void {
    this.devices.get(id)?.history.addReading(atMs, values);
  }

  private setGroup(group: GroupView): void {
    this.groups.set(group.id, group);
    this.changes.groups.add(group.id);
  }

  private addMessage(message: MessageView): void {
    const id = message.topic.slice(0, Math.max(0, message.topic.lastIndexOf("/")));
    this.messages.add(message, this.devices.has(id) ? id : undefined);
  }
}

function noChanges(): Changes {
  return { all: false, devices: new Set(), groups: new Set() };
}

function rolesIn(groups: GroupView[]): Map<string, Roles> {
  const roles = new Map<string, Roles>();
  const of = (id: string): Roles => {
    const known = roles.get(id) ?? { memberOf: [], lightOf: [] };
    roles.set(id, known);
    return known;
  };
  for (const group of groups) {
    for (const { id } of group.members) of(id).memberOf.push(group.id);
    for (const id of group.lights) of(id).lightOf.push(group.id);
  }
  return roles;
}
