/** The interface for the server: the devices of the Raspberry Pi that it runs on. */
export { withDeviceId, PiDevices } from "./devices";
export { realParts, type LogLine } from "./hardware";
export { loadKernel } from "./kernel";
