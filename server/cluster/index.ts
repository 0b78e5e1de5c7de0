/** The interface of this room to the others. Tests import the tested files directly. */
export { Cluster } from "./cluster";
export type { HeldReading } from "./held-readings";
export { LEASE_MS } from "./incarnation";
