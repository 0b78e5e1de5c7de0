import type { DeviceView } from "../../src/common/api";
import type { StateReport, Status } from "../../src/common/wire";
import { type DroppedMessages, type HealthFacts, healthOf, type PendingCommand } from "./health";

/** The server's knowledge of one device, and the view of the device that the API returns. Pure. */

/** The part of the simulated device that the list of devices needs. */
export interface SimulatedState {
  lightRaw: number;
  readonly ledOn: boolean;
}

export interface Device {
  /**
   * Whether the configuration lists the device, or it has sent a message that only our devices
   * send.
   */
  isOurs: boolean;
  online: boolean;
  /** The last message on the device's status topic, if it has one. */
  status?: Status | undefined;
  /** When the device's last message, or its retained status, was received, monotonic, ms. */
  heardMs: number;
  values: Record<string, number>;
  /** When the values were measured, monotonic, ms. */
  measuredMs?: number;
  /**
   * The side of the rule that the device reports (`reportedOn`), and the side of the last command
   * to the device (`commandedOn`).
   */
  reportedOn?: boolean | undefined;
  commandedOn?: boolean | undefined;
  /** Whether the values are from a retained message, so that their age is unknown. */
  valuesAreOld?: boolean;
  /** When the device's last message was received, Unix time, ms; null before the first. */
  lastSeenMs: number | null;
  state?: StateReport | undefined;
  /** When the state was received, Unix time, ms; undefined for a retained state. */
  stateHeardMs?: number | undefined;
  /** Dropped messages of the device, by reason. */
  dropped?: Map<string, DroppedMessages>;
  /** A command that the device, as far as is known, has not carried out. */
  command?: PendingCommand | undefined;
  simulated?: SimulatedState | undefined;
  /** The LED's state at its last change; null while no state is known. */
  ledNoted: boolean | null;
}

/** The fields of a device's state that matter to a list of all devices. */
const STANDING = ["board", "program", "decided_by"];

export function hasStandingChanged(
  before: StateReport | undefined,
  now: StateReport | undefined,
): boolean {
  return STANDING.some((key) => before?.[key] !== now?.[key]);
}

export function ledOf(device: Device): boolean | null {
  return device.simulated?.ledOn ?? device.reportedOn ?? device.commandedOn ?? null;
}

/** @param name the name that a person has given the device */
export function viewOf(
  id: string,
  device: Device,
  name: string | undefined,
  limits: Pick<HealthFacts, "silenceMs" | "orderExpiresMs" | "nowMs">,
): DeviceView {
  return {
    id,
    ...(name !== undefined && { name }),
    online: device.online,
    simulated: device.simulated !== undefined,
    light: device.values["light"] ?? null,
    values: device.values,
    ...(device.valuesAreOld && { valuesAreOld: true }),
    ledOn: ledOf(device),
    lastSeen: device.lastSeenMs === null ? null : new Date(device.lastSeenMs).toISOString(),
    state: device.state ?? null,
    ...(device.stateHeardMs !== undefined && { stateHeardMs: device.stateHeardMs }),
    health: healthOf({ ...device, ...limits }),
  };
}
