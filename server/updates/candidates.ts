import { UserError } from "../base/user-error";
import type { Devices } from "../deciding/index";
import { unfitReason } from "./job";
import type { Orders } from "./orders";

/**
 * Longest path, in characters, that fits into the buffer of the runtime's WebSocket client
 * (websock_conn.c: `MAX_MESSAGE`).
 */
const PATH_MAX_LENGTH = 110;
export const GATEWAY_PATH = "/wssk/";

/** Returns the path at which a device fetches its program. */
export function pathOf(id: string): string {
  return GATEWAY_PATH + encodeURIComponent(id);
}

/** Tells which devices accept an update and which are online. */
export class Candidates {
  constructor(
    private readonly devices: Pick<Devices, "view">,
    private readonly orders: Orders,
  ) {}

  readonly isOnline = (id: string): boolean => this.devices.view(id)?.online ?? false;

  /** @throws UserError if the device accepts no update */
  check(id: string): void {
    const why = this.unfit(id);
    if (why !== undefined) throw new UserError(why);
  }

  /** @returns why the device can't be updated, or undefined if it can */
  unfit(id: string): string | undefined {
    const view = this.devices.view(id);
    const noKey = this.orders.whyNot(id);
    if (!view && noKey !== undefined) return `no device ${id}`;
    const why = unfitReason(view?.state ?? null);
    if (why !== undefined) return `${id}: ${why}`;
    if (pathOf(id).length > PATH_MAX_LENGTH)
      return `${id}: its id is too long for an update over the network`;
    return noKey;
  }
}
