/** The interface of this room to the others. Tests import the tested files directly. */
export type { Broker } from "./broker";
export { type Login, openBroker, type OpenedBroker } from "./open-broker";
export { TabLogins } from "./tab-logins";
