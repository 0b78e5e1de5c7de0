/** The interface of this room to the others. Tests import the tested files directly. */
export { pickFields } from "./command-fields";
export { Counters } from "./counters";
export { Decider } from "./decider";
export type { Decisions } from "./decisions";
export { DeviceNames, parseName } from "./device-names";
export { Devices, type ReportedFacts } from "./devices";
export type { ServerBus, ServerEvents } from "./events";
