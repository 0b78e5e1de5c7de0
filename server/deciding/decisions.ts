import { decideTogether, type Group } from "../../src/common/groups";
import { decide } from "../../src/common/rule";
import { inputOf, type ServerRule, sideOf } from "../../src/common/server-rule";
import type { Reading } from "../../src/common/wire";
import { type Command, commandOf, type Decision } from "./command";
import { isOutdated } from "./outdated";

/**
 * Age above which a reading decides nothing, ms: the device has stored it, so it is only history.
 */
const STALE_MS = 5_000;

interface Memory {
  /** The last decision (`on`), and when it last changed (`changedMs`), monotonic, ms. */
  on?: boolean;
  changedMs?: number;
}

interface Heard {
  input: number;
  atMs: number;
}

/** Makes the server's decisions as readings are received. Knows no broker and no clock. */
export class Decisions {
  private readonly memory = new Map<string, Memory>();
  private readonly heard = new Map<string, Heard>();
  private readonly groupsOf = new Map<string, Group[]>();
  private readonly lights = new Set<string>();
  private readonly on: Command;
  private readonly off: Command;

  /**
   * @param reported returns the side of the rule that a device reports
   * @param onGroups called when a group's member has sent a reading, or a group has decided
   */
  constructor(
    private readonly rule: ServerRule,
    readonly groups: Group[],
    private readonly reported: (id: string) => boolean | undefined,
    private readonly onGroups: () => void = () => undefined,
  ) {
    this.on = commandOf(rule, rule.on);
    this.off = commandOf(rule, rule.off);
    for (const group of groups) {
      for (const member of group.members)
        this.groupsOf.set(member, [...(this.groupsOf.get(member) ?? []), group]);
      for (const light of group.lights) this.lights.add(light);
    }
  }

  /**
   * Whether the device's own readings decide for it: it is neither a member nor a light of a group.
   */
  isUngrouped(id: string): boolean {
    return !this.groupsOf.has(id) && !this.lights.has(id);
  }

  /**
   * Whether the server commands the device. It commands no group member that is not also a light.
   */
  commands(id: string): boolean {
    return !this.groupsOf.has(id) || this.lights.has(id);
  }

  /** Forgets all that the device has sent. */
  forget(id: string): void {
    this.memory.delete(id);
    this.heard.delete(id);
  }

  reading(id: string, reading: Reading, nowMs: number): Decision[] {
    const groups = this.groupsOf.get(id);
    if (groups) {
      this.noteReading(id, reading, nowMs);
      return groups.flatMap((group) => this.decideGroup(group, nowMs));
    }
    if (this.lights.has(id) || (reading.age_ms ?? 0) > STALE_MS) return [];
    const input = inputOf(this.rule, reading.values);
    const said = sideOf(this.rule, reading.said);
    const memory = this.recall(id);
    const sinceMs = since(memory, nowMs);
    const held = sinceMs !== undefined && sinceMs < this.rule.minChangeMs;
    const before = memory.on;
    const on = decide(this.rule, input, held ? before : (said ?? before), sinceMs);
    remember(memory, on, nowMs);
    // A device that does not report its LED gets a command for each reading, as in the lesson. A
    // device that reports its LED gets none if both its report and the last decision agree with
    // this decision. The report alone is not enough: it may be older than the last command, which
    // is still in flight.
    if (on === said && (before ?? on) === on) return [];
    return [{ id, command: this.command(on) }];
  }

  /** Takes in a reading of a group's member without making a decision. */
  noteReading(id: string, reading: Reading, nowMs: number): void {
    if (!this.groupsOf.has(id)) return;
    const input = inputOf(this.rule, reading.values);
    const atMs = nowMs - (reading.age_ms ?? 0);
    if (isOutdated(atMs, this.heard.get(id)?.atMs)) return;
    this.heard.set(id, { input, atMs });
    this.onGroups();
  }

  /** Takes in another server's decision. */
  learn(id: string, on: boolean, nowMs: number): void {
    if (this.isUngrouped(id)) remember(this.recall(id), on, nowMs);
    for (const group of this.groups) if (group.lights.includes(id)) this.remember(group, on, nowMs);
  }

  /** The last decision for a device in no group, made here or learned from another server. */
  lastFor(id: string): Command | undefined {
    const on = this.isUngrouped(id) ? this.memory.get(id)?.on : undefined;
    return on === undefined ? undefined : this.command(on);
  }

  /** The members of a group. `input` is undefined for a member without a valid reading. */
  members(group: Group, nowMs: number): { id: string; input: number | undefined }[] {
    return group.members.map((id) => {
      const heard = this.heard.get(id);
      const counts = heard !== undefined && nowMs - heard.atMs <= group.validMs;
      return { id, input: counts ? heard.input : undefined };
    });
  }

  /**
   * When the next valid reading of a group's member becomes invalid unless another follows,
   * monotonic, ms; Infinity if no reading is valid.
   */
  nextExpiryMs(nowMs: number): number {
    let nextMs = Infinity;
    for (const { members, validMs } of this.groups)
      for (const id of members) {
        const lossMs = (this.heard.get(id)?.atMs ?? -Infinity) + validMs;
        if (lossMs >= nowMs && lossMs < nextMs) nextMs = lossMs;
      }
    return nextMs;
  }

  groupOn(group: Group): boolean | undefined {
    return this.recall(`group ${group.id}`).on;
  }

  /** Decides for a group, by the valid readings of its members. */
  decideGroup(group: Group, nowMs: number): Decision[] {
    const memory = this.recall(`group ${group.id}`);
    // A server that has just started adopts the present state of the lights.
    memory.on ??= group.lights.map(this.reported).find((side) => side !== undefined);
    const inputs = this.members(group, nowMs).map(({ input }) => input);
    const before = memory.on;
    const sinceMs = since(memory, nowMs);
    const on = decideTogether(this.rule, group.decide, inputs, before, sinceMs);
    if (on === undefined) return [];
    this.remember(group, on, nowMs);
    // If the decision changes, all lights get a command: a report may predate the last command.
    return group.lights
      .filter((light) => before !== on || (this.reported(light) ?? on) !== on)
      .map((id) => ({ id, command: this.command(on) }));
  }

  private remember(group: Group, on: boolean, nowMs: number): void {
    remember(this.recall(`group ${group.id}`), on, nowMs);
    this.onGroups();
  }

  private command(on: boolean): Command {
    return on ? this.on : this.off;
  }

  private recall(key: string): Memory {
    let memory = this.memory.get(key);
    if (!memory) this.memory.set(key, (memory = {}));
    return memory;
  }
}

function since(memory: Memory, nowMs: number): number | undefined {
  // A reading that was held for another server may be older than that server's last decision.
  return memory.changedMs === undefined ? undefined : Math.max(0, nowMs - memory.changedMs);
}

function remember(memory: Memory, on: boolean, nowMs: number): void {
  // The first decision after a start is no change, so `minChangeMs` does not apply after it.
  if (memory.on !== undefined && memory.on !== on) memory.changedMs = nowMs;
  memory.on = on;
}
