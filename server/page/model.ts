import type {
  ChangesView,
  DeviceView,
  Events,
  GroupView,
  MessageView,
  SnapshotView,
  Unwritten,
} from "../../src/common/api";
import { fieldsOf } from "../../src/common/server-rule";
import type { UpdateChanges } from "../../src/common/update-api";
import { isTabId } from "../base/tab-id";
import { LiveHistory } from "./live-history";
import { RecentMessages } from "./recent-messages";
import { Updates } from "./updates";

export type ServerFacts = Pick<
  SnapshotView,
  "version" | "broker" | "decides" | "rule" | "topicPrefix"
> & {
  brokerConnected: boolean;
  unwritten: Unwritten[];
  preparing: SnapshotView["preparing"];
  class: SnapshotView["class"];
};

export interface Device {
  view: DeviceView;
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
  /** Devices have come or gone, or are called otherwise. */
  roster: boolean;
}

/** All that the page knows, as the server's events tell it. No DOM in here. */
export class Model {
  /** Unknown before the first snapshot. */
  server: ServerFacts | undefined;
  devices = new Map<string, Device>();
  groups = new Map<string, GroupView>();
  messages = new RecentMessages();
  updates = new Updates();
  /** Whether there has been a device in a browser tab. */
  hasTabs = false;
  /** Of the opened device, the only one that has a chart. */
  live: LiveHistory | undefined;
  private roles = new Map<string, Roles>();
  private fields: string[] = [];
  private changes = noChanges();
  /** How far the server's clock is ahead of this one, ms. */
  private clockAheadMs = 0;

  /** The server's time, by which all of its events are dated. */
  serverTimeMs(nowMs: number): number {
    return nowMs + this.clockAheadMs;
  }

  /** Begins the history of the device that was opened. */
  follow(id: string): LiveHistory {
    this.live = new LiveHistory(id, this.fields);
    return this.live;
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
      changes: (changes) => this.change(changes),
      group: (group) => this.setGroup(group),
      updates: (changes) => this.changeUpdates(changes),
      broker: ({ connected }) => {
        if (this.server) this.server.brokerConnected = connected;
      },
      disk: ({ unwritten }) => {
        if (this.server) this.server.unwritten = unwritten;
      },
      preparing: (preparing) => {
        if (this.server) this.server.preparing = preparing;
      },
      class: (view) => {
        if (this.server) this.server.class = view;
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
    this.live = undefined;
    this.devices = new Map();
    this.hasTabs = false;
    for (const view of snapshot.devices) this.setDevice(view);
    this.updates = new Updates(snapshot.updates);
    this.messages = new RecentMessages();
    for (const message of snapshot.messages) this.addMessage(message);
  }

  private change(changes: ChangesView): void {
    for (const id of changes.removed) this.removeDevice(id);
    for (const view of changes.devices) this.setDevice(view);
    this.live?.add(changes);
    // Whoever is new by now has its messages beside it.
    for (const message of changes.messages) this.addMessage(message);
    this.messages.leftOut += changes.messagesLeftOut;
  }

  private changeUpdates(changes: UpdateChanges): void {
    // Another program of the server's makes any device one that is behind.
    if (this.updates.apply(changes)) this.changes.all = true;
    for (const { id } of [...changes.updates, ...changes.crashes]) this.changes.devices.add(id);
  }

  private setDevice(view: DeviceView): void {
    if (this.devices.get(view.id)?.view.name !== view.name || !this.devices.has(view.id))
      this.changes.roster = true;
    this.devices.set(view.id, { view });
    this.hasTabs ||= isTabId(view.id);
    this.changes.devices.add(view.id);
  }

  private removeDevice(id: string): void {
    if (!this.devices.delete(id)) return;
    this.messages.forget(id);
    if (this.live?.id === id) this.live = undefined;
    this.changes.devices.add(id);
    this.changes.roster = true;
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
  return { all: false, devices: new Set(), groups: new Set(), roster: false };
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
