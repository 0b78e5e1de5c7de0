import type { Log } from "../base/log";
import type { Cluster } from "../cluster/index";
import type { Cause, Command } from "./command";
import type { CommandState } from "./command-state";
import type { Counters } from "./counters";
import type { Decisions } from "./decisions";
import type { Devices } from "./devices";
import type { SeenReadings } from "./seen-readings";
import { type Unconfirmed, UnconfirmedCommands } from "./unconfirmed";

/**
 * Time after a reconnect in which the broker delivers the messages that it kept for this server,
 * ms.
 */
const SETTLE_MS = 500;

/**
 * Decides after an outage which of the commands in flight are sent again: those that are still
 * right by everything that is known at that time. In place of the other commands, the device's next
 * reading decides.
 */
export class CommandResender {
  readonly commands: UnconfirmedCommands;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: {
      decisions: Decisions;
      commandState: CommandState;
      devices: Devices;
      seen: SeenReadings;
      cluster: Cluster | undefined;
      send: (id: string, command: Command, cause: Cause, expiryS?: number) => void;
      counts: Counters;
      log: Log;
    },
  ) {
    this.commands = new UnconfirmedCommands(parts.counts);
  }

  connected(): void {
    this.repeatOrdered();
    // In a cluster, `Decider.takeOver` repeats these commands once this server decides again.
    if (!this.parts.cluster) this.timer = setTimeout(() => this.repeatLatest(), SETTLE_MS);
  }

  disconnected(): void {
    clearTimeout(this.timer);
  }

  /**
   * Sends unconfirmed ordered commands again. Call before a later ordered command is sent: after a
   * command with a higher id, the device would refuse them.
   */
  repeatOrdered(id?: string): void {
    for (const lost of this.commands.takeOrdered(id)) {
      const leftMs = (lost.expiryS ?? 0) * 1000 - (performance.now() - lost.sentMs);
      // A device that reports its last ordered command carries out no command twice.
      if (leftMs > 0 && this.parts.devices.reports(lost.id)) this.send(lost, leftMs);
      else this.drop(1);
    }
  }

  repeatLatest(): void {
    let dropped = 0;
    for (const lost of this.commands.takeLatest())
      if (this.holds(lost)) this.send(lost);
      else dropped++;
    this.drop(dropped);
  }

  private holds({ id, command, cause }: Unconfirmed): boolean {
    const { decisions, commandState, devices, seen, cluster } = this.parts;
    if (devices.isAway(id)) return false;
    if (cause.answers === undefined && cause.kind !== "rule")
      return commandState.desiredOf(id)?.text === command.text;
    // A server without a cluster has a session: the reading was acknowledged before, or is
    // delivered again. In a cluster, another live server answers this reading, or has answered a
    // newer one that this server has not received.
    if (!cluster?.decides(id) || !cluster.isAlone) return false;
    if (decisions.lastFor(id)?.text !== command.text) return false;
    return cause.answers?.seq === undefined || seen.isNewest(id, cause.answers);
  }

  private send({ id, command, cause, expiryS, sentMs }: Unconfirmed, leftMs?: number): void {
    const { answers, qos } = cause;
    const again: Cause = { kind: "resent", answers, qos, sentMs };
    this.parts.send(
      id,
      command,
      again,
      leftMs === undefined ? expiryS : Math.max(1, Math.ceil(leftMs / 1000)),
    );
  }

  private drop(count: number): void {
    if (count === 0) return;
    const what = count === 1 ? "1 command" : `${count} commands`;
    this.parts.log("server", `Not repeated after the outage: ${what}, the next readings decide`);
  }
}
