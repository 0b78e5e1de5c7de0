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
import { UpdatesModel } from "./updates";

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

/** The groups that a device votes in, and the groups that decide for it. */
export interface GroupRoles {
  memberOf: string[];
  lightOf: string[];
}

/** The changes since the page was last drawn. */
export interface ModelChanges {
  /** Whether everything may have changed, because there was a snapshot. */
  all: boolean;
  devices: Set<string>;
  groups: Set<string>;
  /** Whether devices were added, removed or renamed. */
  roster: boolean;
}

/** The page's state, built from the server's events. Does not use the DOM. */
export class Model {
  /** Facts about the server; undefined before the first snapshot. */
  server: ServerFacts | undefined;
  devices = new Map<string, Device>();
  groups = new Map<string, GroupView>();
  messages = new RecentMessages();
  updates = new UpdatesModel();
  /** Whether a device in a browser tab has been seen. */
  hasTabs = false;
  /** The live history of the selected device, the only one with a chart. */
  live: LiveHistory | undefined;
  private roles = new Map<string, GroupRoles>();
  private fields: string[] = [];
  private changes = noChanges();
  /** Offset from this machine's clock to the server's clock, ms. */
  private clockAheadMs = 0;

  /** Returns the server's time, which all of its events use. */
  serverTimeMs(nowMs: number): number {
    return nowMs + this.clockAheadMs;
  }

  /** Starts the history of a device that was selected. */
  follow(id: string): LiveHistory {
    this.live = new LiveHistory(id, this.fields);
    return this.live;
  }

  rolesOf(id: string): GroupRoles {
    return this.roles.get(id) ?? { memberOf: [], lightOf: [] };
  }

  /** Returns and clears the changes since the last call. */
  takeChanges(): ModelChanges {
    const { changes } = this;
    this.changes = noChanges();
    return changes;
  }

  /**
   * Applies an event of the server to the state.
   * @param nowMs this machine's clock
   */
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

  /** Replaces the whole state: the server may have been restarted or replaced. */
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
    this.updates = new UpdatesModel(snapshot.updates);
    this.messages = new RecentMessages();
    for (const message of snapshot.messages) this.addMessage(message);
  }

  private change(changes: ChangesView): void {
    for (const id of changes.removed) this.removeDevice(id);
    for (const view of changes.devices) this.setDevice(view);
    this.live?.add(changes);
    // Added after new devices, so that messages can be assigned to these devices.
    for (const message of changes.messages) this.addMessage(message);
    this.messages.leftOut += changes.messagesLeftOut;
  }

  private changeUpdates(changes: UpdateChanges): void {
    // If the server has a new program, any device may now be outdated.
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

function noChanges(): ModelChanges {
  return { all: false, devices: new Set(), groups: new Set(), roster: false };
}

function rolesIn(groups: GroupView[]): Map<string, GroupRoles> {
  const roles = new Map<string, GroupRoles>();
  const of = (id: string): GroupRoles => {
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
