/** The interface of this room to the others. Tests import the tested files directly. */
export { GATEWAY_PATH } from "./candidates";
export { parseNewSettings } from "./new-settings";
export { OrderLog } from "./order-log";
export { Updates } from "./updates";
