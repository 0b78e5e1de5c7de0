/** How long a test waits for anything: only a hang reaches it, on a busy machine too. */
export const HANG_MS = 300_000;

export { until } from "../../server/base/wait-for";
