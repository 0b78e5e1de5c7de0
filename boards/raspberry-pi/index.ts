/** What the server uses of a Raspberry Pi that it runs on. */
export { PiDevice } from "./device";
export { realParts, type Say } from "./hardware";
export { loadKernel } from "./kernel";
