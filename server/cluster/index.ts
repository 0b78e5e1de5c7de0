/** The interface of this room to the others. Tests import the tested files directly. */
export { Cluster, LEASE_MS } from "./cluster";
export type { HeldReading } from "./held-readings";
