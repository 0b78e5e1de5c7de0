import type { Order } from "../../src/common/update";
import type { StateReport } from "../../src/common/wire";
import type { Clock } from "../base/clock";
import { UserError } from "../base/user-error";
import type { UpdateKeys } from "../setup/update-keys";
import { sealOrder } from "./seal";

/** Orders to devices, each authenticated with the device's own key. */
export class Orders {
  /** Number of the last order to each device. */
  private readonly lastN = new Map<string, number>();

  /** @param publish resolves once the broker has acknowledged the order */
  constructor(
    private readonly keys: UpdateKeys,
    private readonly clock: Clock,
    private readonly publish: (id: string, text: string) => Promise<void>,
  ) {}

  /**
   * Returns the number of the next order. Numbers follow the clock, so that they also grow if the
   * server loses its state. If a clock was ahead before, the device reports the highest number that
   * it has accepted.
   * @param known number of an earlier order, which may be from before the server started
   * @param state the device's last state
   */
  nextN(id: string, known = 0, state?: StateReport | null): number {
    const last = Math.max(this.lastN.get(id) ?? 0, known, refusedBelow(state));
    const n = Math.max(last + 1, Math.floor(this.clock.wallMs() / 1000));
    this.lastN.set(id, n);
    return n;
  }

  /** @throws UserError if the server has no key for the device */
  async give(id: string, order: Omit<Order, "mac">): Promise<void> {
    await this.publish(id, JSON.stringify(sealOrder(this.keyOf(id), id, order)));
  }

  /** @throws UserError if the server has no key for the device */
  keyOf(id: string): string {
    const key = this.keys.of(id);
    if (key === undefined) throw new UserError(noKey(id));
    return key;
  }

  /** @returns why the device accepts no order, or undefined if it accepts one */
  whyNot(id: string): string | undefined {
    return this.keys.of(id) === undefined ? noKey(id) : undefined;
  }
}

/**
 * @returns the number above which the device accepts orders, if it rejected an order for its
 *   number; else 0
 */
export function refusedBelow(state: StateReport | null | undefined): number {
  const [, above] = /^\d+: expected an n above (\d+), got /.exec(state?.refused ?? "") ?? [];
  const n = Number(above ?? 0);
  // Above the highest safe integer there is no next number.
  return n < Number.MAX_SAFE_INTEGER ? n : 0;
}

function noKey(id: string): string {
  return `${id}: can't be updated, because this server has no update key for it: see docs/updates.md`;
}
