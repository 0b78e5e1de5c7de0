/**
 * How long a test waits for any condition. Only a hang reaches this limit, even on a busy machine.
 */
export const HANG_MS = 300_000;

export { until } from "../../server/base/wait-for";
