/** The interface of this room to the others. Tests import the tested files directly. */
export type { Span } from "./downsample";
export { History } from "./history";
export type { Row } from "./row";
