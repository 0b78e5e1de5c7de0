/** Authenticates orders to a device with the device's own key. */
import { createHmac } from "node:crypto";
import { gatewayKeyText, macText, type Order, settingsKeyText } from "../../src/common/update";

/**
 * Adds the MAC to an order.
 * @param key the key as the device has it: the text of 64 hexadecimal digits, not the bytes
 */
export function sealOrder(key: string, id: string, order: Omit<Order, "mac">): Order {
  return { ...order, mac: hmac(key, macText(id, order)).toString("hex") };
}

/** Returns the key for the connections over which the device fetches programs, 32 bytes. */
export function gatewayKey(key: string, id: string): Buffer {
  return hmac(key, gatewayKeyText(id));
}

/** Returns the key for the new settings in order `n`, 32 bytes. */
export function settingsKey(key: string, id: string, n: number): Buffer {
  return hmac(key, settingsKeyText(id, n));
}

function hmac(key: string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
