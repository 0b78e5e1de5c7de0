import type { DeviceView } from "../../src/common/api";
import type { Report, Status } from "../../src/common/wire";
import { type Dropped, type HealthFacts, healthOf, type Waiting } from "./health";

/** What is known of one device, and what of it others get to see. Pure. */

/** The simulated device, as far as the list of devices needs it. */
export interface Simulated {
  lightRaw: number;
  readonly ledOn: boolean;
}

export interface Device {
  /** It has said something that only a device of ours says, or it is listed in the configuration. */
  isOurs: boolean;
  online: boolean;
  /** What its status topic says, if it has one. */
  status?: Status | undefined;
  /** By the monotonic clock, ms: when it was last heard, or its retained status was found. */
  heardMs: number;
  values: Record<string, number>;
  /** When they were measured, by the monotonic clock, ms. */
  measuredMs?: number;
  /** Which side of the rule it says that it is on, and which it was last told. */
  reportedOn?: boolean | undefined;
  commandedOn?: boolean | undefined;
  /** The values are from a retained message: nobody knows when they were measured. */
  valuesAreOld?: boolean;
  /** Unix time, ms. */
  lastSeenMs: number | null;
  state?: Report | undefined;
  /** Unix time, ms; undefined of a retained state. */
  stateHeardMs?: number | undefined;
  /** What was dropped of its messages, by reason. */
  dropped?: Map<string, Dropped>;
  /** A command that it has not carried out, as far as is known. */
  command?: Waiting | undefined;
  simulated?: Simulated | undefined;
  /** The LED when it last changed. */
  ledNoted: boolean | null;
}

/** What of a device's state matters to who looks at the whole list. */
const STANDING = ["board", "program", "decided_by"];

export function isOtherStanding(before: Report | undefined, now: Report | undefined): boolean {
  return STANDING.some((key) => before?.[key] !== now?.[key]);
}

export function ledOf(device: Device): boolean | null {
  return device.simulated?.ledOn ?? device.reportedOn ?? device.commandedOn ?? null;
}

/** @param name what a person calls it */
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
