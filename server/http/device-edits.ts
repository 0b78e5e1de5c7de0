import type { NameRequest, RemovedView } from "../../src/common/api";
import { messageOf } from "../base/user-error";
import {
  type Counters,
  type Decider,
  type DeviceNames,
  type Devices,
  parseName,
} from "../deciding/index";
import type { History } from "../history/index";
import { HttpError } from "./http-request";

export interface DeviceEditsOptions {
  devices: Devices;
  names: DeviceNames;
  decider: Pick<Decider, "remove" | "isPartlyRemoved" | "rename" | "decisions">;
  history: Pick<History, "has" | "remove">;
  counts: Pick<Counters, "brokerConnected">;
}

const BROKER_LOST = "the server is not connected to its broker, which stores this; try again later";

/** Renames and removes devices on a person's request. */
export class DeviceEdits {
  constructor(private readonly options: DeviceEditsOptions) {}

  /**
   * Renames a device.
   * @param text the requested name, not validated yet
   * @throws HttpError 400, 404 or 503
   */
  async rename(id: string, text: unknown): Promise<NameRequest> {
    const { devices, decider } = this.options;
    const { value: name, error = "" } = parseName(text);
    if (name === undefined) throw new HttpError(400, error);
    if (!devices.has(id)) throw new HttpError(404, `no device ${id}`);
    this.demandBroker();
    await this.kept(decider.rename(id, name));
    return { name };
  }

  /**
   * Removes a device and, if the query says so, its history.
   * @throws HttpError 400, 404, 409 or 503
   */
  async remove(id: string, query: URLSearchParams): Promise<RemovedView> {
    const { devices, names, decider, history } = this.options;
    const withHistory = wantsHistory(query);
    if (devices.simulated(id))
      throw new HttpError(
        409,
        `${id}: simulated by this server; to remove it, start the server with --no-device`,
      );
    const group = decider.decisions.groups.find(
      ({ members, lights }) => members.includes(id) || lights.includes(id),
    );
    if (group)
      throw new HttpError(
        409,
        `${id}: belongs to the group ${group.id} of the configuration; remove it there first`,
      );
    // A device that has not sent anything since the server started may be known only to the
    // history.
    const isHeard = devices.has(id) || names.of(id) !== undefined || decider.isPartlyRemoved(id);
    // Queried before anything is removed: if the history fails, nothing has changed yet.
    const hasHistory = (withHistory || !isHeard) && (await this.ofDisk(history.has(id)));
    if (!isHeard && !hasHistory) throw new HttpError(404, `no device ${id}`);
    this.demandBroker();
    await this.kept(decider.remove(id));
    if (withHistory) await this.ofDisk(history.remove(id));
    return { removed: id, history: withHistory };
  }

  private demandBroker(): void {
    if (this.options.counts.brokerConnected) return;
    throw new HttpError(503, BROKER_LOST);
  }

  /**
   * Waits for the history's answer.
   * @throws HttpError 503 if the history fails
   */
  private async ofDisk<T>(ofHistory: Promise<T>): Promise<T> {
    try {
      return await ofHistory;
    } catch (error) {
      throw new HttpError(503, `history: ${messageOf(error)}; try again later`);
    }
  }

  /**
   * Waits until the broker has stored the change.
   * @throws HttpError 503 if the broker was lost
   */
  private async kept(byBroker: Promise<void>): Promise<void> {
    try {
      await byBroker;
    } catch {
      // The broker was lost after the check. The link gives up a message for no other reason.
      throw new HttpError(503, BROKER_LOST);
    }
  }
}

/**
 * Whether the query asks to remove the history, too.
 * @throws HttpError 400
 */
function wantsHistory(query: URLSearchParams): boolean {
  for (const name of query.keys())
    if (name !== "history" || query.getAll(name).length > 1)
      throw new HttpError(400, `${name.slice(0, 40)}: expected no parameter but history, once`);
  const value = query.get("history") ?? "0";
  if (value === "0" || value === "1") return value === "1";
  throw new HttpError(400, `history: expected 0 or 1, got "${value.slice(0, 40)}"`);
}
