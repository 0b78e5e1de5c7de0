/** Orders to a device, sealed by its own key. */
import { createHmac } from "node:crypto";
import { gatewayKeyText, type Order, sealedText, settingsKeyText } from "../../src/common/update";

/** @param key as the device has it: 64 hexadecimal digits, used as they are written */
export function sealed(key: string, id: string, order: Omit<Order, "mac">): Order {
  return { ...order, mac: hmac(key, sealedText(id, order)).toString("hex") };
}

/** The key for the connections over which the device fetches its programs, 32 bytes. */
export function gatewayKey(key: string, id: string): Buffer {
  return hmac(key, gatewayKeyText(id));
}

/** The key for the new settings of order `n`, 32 bytes. */
export function settingsKey(key: string, id: string, n: number): Buffer {
  return hmac(key, settingsKeyText(id, n));
}

function hmac(key: string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
