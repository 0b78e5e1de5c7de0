/** What the server uses of a Raspberry Pi that it runs on. */
export { named, PiDevices } from "./devices";
export { realParts, type Say } from "./hardware";
export { loadKernel } from "./kernel";
