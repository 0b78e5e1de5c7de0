import type { Rejections } from "../base/rejections";
import type { BrokerLimits } from "../setup/broker-limits";

/** Counts the open connections, in total and by address. */
export class Connections {
  private readonly byAddress = new Map<string, number>();
  private total = 0;

  constructor(
    private readonly limits: Pick<BrokerLimits, "connections" | "connections-per-address">,
    private readonly rejections: Rejections,
  ) {}

  /**
   * Counts a new connection; call `release` when it ends. If the connection exceeds a limit, the
   * refusal is counted and logged.
   * @returns whether the connection is within the limits
   */
  acquire(address: string): boolean {
    const here = this.byAddress.get(address) ?? 0;
    const perAddress = this.limits["connections-per-address"];
    if (this.total >= this.limits.connections) {
      const what = `a connection from ${address}: ${this.total} connections are open`;
      this.rejections.refuse("broker", "connections", what);
      return false;
    }
    if (here >= perAddress) {
      const what = `a connection from ${address}: this address has ${here} open`;
      this.rejections.refuse("broker", "connections-per-address", what);
      return false;
    }
    this.total++;
    this.byAddress.set(address, here + 1);
    return true;
  }

  release(address: string): void {
    this.total--;
    const left = (this.byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
  }
}
