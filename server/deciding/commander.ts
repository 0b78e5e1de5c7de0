import { type Fields, type ServerRule } from "../../src/common/server-rule";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import type { Rejections } from "../base/rejections";
import { UserError } from "../base/user-error";
import type { Cluster } from "../cluster/index";
import { type Cause, type Command, commandOf } from "./command";
import type { CommandResender } from "./command-resender";
import type { ClockReading, CommandState } from "./command-state";
import type { Decisions } from "./decisions";
import type { Devices } from "./devices";
import type { Sender } from "./sender";

export interface CommanderParts {
  decide: boolean;
  rule: ServerRule;
  clock: Clock;
  cluster: Cluster | undefined;
  decisions: Decisions;
  commandState: CommandState;
  devices: Devices;
  resender: CommandResender;
  sender: Sender;
  rejections: Rejections;
  log: Log;
}

const NO_MORE = "takes no more ordered commands: it has already done the highest id";

/** Sends commands to devices: once, in the right order, and again if a device missed one. */
export class Commander {
  constructor(private readonly parts: CommanderParts) {}

  /**
   * Sends a manual command.
   * @returns the fields that are sent, now or when the device comes back
   * @throws UserError if the device takes no more ordered commands
   */
  byHand(id: string, fields: Fields): Fields {
    const given = this.give(id, commandOf(this.parts.rule, fields), { kind: "manual" });
    if (!given) throw new UserError(`${id}: ${NO_MORE}`);
    return given.fields;
  }

  /**
   * Sends a command, now or when the device comes back.
   * @returns undefined if the device takes no more ordered commands, which is logged and counted
   */
  give(id: string, command: Command, cause: Cause): Command | undefined {
    const { commandState, devices, resender, sender } = this.parts;
    if (commandState.isOrdered(command)) {
      resender.repeatOrdered(id);
      const now = this.now();
      const ordered = commandState.ordered(id, command, now);
      devices.commandWaits(id, ordered ? "order" : "refused", commandState.waitsSince(id) ?? now);
      if (!ordered) {
        this.parts.rejections.refuse("server", "order", `${id}: ${NO_MORE}`);
        return undefined;
      }
      // At QoS 1, the broker keeps the command in the session of an offline device. That holds also
      // for a command that answers a reading at QoS 0.
      const ordering: Cause = { ...cause, answers: undefined, qos: 1 };
      sender.command(id, ordered.command, ordering, ordered.expiryS);
      return ordered.command;
    }
    const isNews = commandState.desire(id, command);
    // A decision on the device's own readings is not retained, because the next reading leads to
    // the same decision. But if an earlier command is retained, the decision replaces that command.
    if (isNews && (cause.kind !== "rule" || commandState.isKept(id))) {
      commandState.keep(id);
      sender.desired(id, command);
    }
    resender.commands.supersede(id);
    if (!devices.isAway(id)) sender.command(id, command, cause);
    else if (cause.kind !== "rule") devices.commandWaits(id, "return", this.now());
    return command;
  }

  /** Called when a device reports the id of the last ordered command that it has done. */
  done(id: string, lastId: number): void {
    const { clock, commandState, devices } = this.parts;
    const refused = commandState.done(id, lastId, clock.monotonicMs());
    const since = commandState.waitsSince(id);
    if (since) devices.commandWaits(id, "order", since);
    else devices.commandDone(id, "order");
    for (const command of refused) {
      const text = `${id} has refused a command, because it had done id ${lastId} before: sending it again`;
      this.parts.log("server", `Warning: ${text}`, { level: "warn", id });
      this.give(id, command, { kind: "resent" });
    }
  }

  /**
   * Sends the desired command again, because the device may have missed it while offline.
   * @param isAt whether the device is in the desired state
   */
  correct(id: string, isAt: (desired: Fields) => boolean = () => false): void {
    this.parts.devices.commandDone(id, "return");
    const desired = this.parts.commandState.desiredOf(id);
    // If the device's own readings decide for it, it sends a reading as soon as it is back, and the
    // answer to that reading corrects the lamp.
    if (!desired || !this.speaksFor(id) || this.parts.decisions.isUngrouped(id)) return;
    if (!isAt(desired.fields)) this.parts.sender.command(id, desired, { kind: "resent" });
  }

  private now(): ClockReading {
    const { clock } = this.parts;
    return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
  }

  /** Whether this server, of all on the broker, commands the device and publishes on its behalf. */
  speaksFor(id: string): boolean {
    return this.parts.decide && (this.parts.cluster?.decides(id) ?? true);
  }
}
