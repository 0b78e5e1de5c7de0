import type { Log } from "../base/log";
import type { Cluster } from "../cluster/cluster";
import type { Cause, Command } from "./command";
import type { Counts } from "./counts";
import type { Decisions } from "./decisions";
import type { Delivery } from "./delivery";
import type { Devices } from "./devices";
import type { SeenReadings } from "./seen-readings";
import { type Unconfirmed, UnconfirmedCommands } from "./unconfirmed";

/** After a reconnect, what the broker has kept for us comes within this. */
const SETTLE_MS = 500;

/**
 * Decides after an outage which of the commands that were on their way are sent again: those that
 * still hold by all that is known then. For all others the device's next reading decides.
 */
export class Repeating {
  readonly commands: UnconfirmedCommands;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: {
      decisions: Decisions;
      delivery: Delivery;
      devices: Devices;
      seen: SeenReadings;
      cluster: Cluster | undefined;
      send: (id: string, command: Command, cause: Cause, expiryS?: number) => void;
      counts: Counts;
      log: Log;
    },
  ) {
    this.commands = new UnconfirmedCommands(parts.counts);
  }

  connected(): void {
    this.repeatOrdered();
    // A member of a cluster waits until it decides again.
    if (!this.parts.cluster) this.timer = setTimeout(() => this.repeatLatest(), SETTLE_MS);
  }

  disconnected(): void {
    clearTimeout(this.timer);
  }

  /** An ordered command must not come after a later one: the device would refuse it. */
  repeatOrdered(id?: string): void {
    for (const lost of this.commands.takeOrdered(id)) {
      const leftMs = (lost.expiryS ?? 0) * 1000 - (performance.now() - lost.sentMs);
      // A device that says which order it has done last does none of them twice.
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
    const { decisions, delivery, devices, seen, cluster } = this.parts;
    if (devices.isAway(id)) return false;
    if (cause.answers === undefined && cause.kind !== "rule")
      return delivery.desiredOf(id)?.text === command.text;
    // Its reading was acknowledged before, or comes again from the session. Only a cluster has no
    // session. Another member then answers this reading, or has answered a newer one that was not
    // heard here.
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
