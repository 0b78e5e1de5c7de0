/**
 * The orders that a server sends on `<ID>/update`: take a new program, or another action that
 * requires the device's own key. Only a holder of that key can send an order. This file runs on the
 * device and in Node.
 */

/** Payload of `<ID>/update`, QoS 1, not retained. `docs/updates.md` describes the protocol. */
export interface Order {
  /** Order number, which grows with each order to the device. A repeated order is ignored. */
  n: number;
  do: "update" | "restart" | "identify" | "report" | "set";
  /** HMAC-SHA256 over `sealedText` with the device's key, in hex. */
  mac: string;
  /**
   * For `update`: where to fetch the program, `ws://HOST:PORT/PATH` or `wss://…`. The host `*`
   * stands for the host of the device's broker.
   */
  at?: string;
  /** SHA-256 of the program as the device stores it, hex. */
  hash?: string;
  /** The board that the program was compiled for; empty: any board with its own sensor and LED. */
  board?: string;
  /** Ed25519 signature of the program, 128 hexadecimal digits, for a runtime that requires one. */
  signature?: string;
  /** The program's version. */
  fw?: string;
  /** Allows a program that is older than the device's. */
  downgrade?: boolean;
  /** Deadline for the first acknowledged reading under the new program, s. */
  confirm_s?: number;
  /**
   * For `set`: the new settings as JSON, encrypted with AES-256-CCM (4-byte tag, nonce of zeros),
   * in hex. The key is the HMAC of `settingsKeyText`.
   */
  set?: string;
}

/** The device settings that may be changed over the network. */
export const NEW_SETTING_NAMES = [
  "BROKER",
  "MQTT_USER",
  "MQTT_PWD",
  "WIFI_SSID",
  "WIFI_PWD",
] as const;

/**
 * The new settings in an order. A setting that is absent stays unchanged; an empty text removes the
 * setting. WIFI_SSID and WIFI_PWD come together.
 */
export type NewSettings = { [name in (typeof NEW_SETTING_NAMES)[number]]?: string } & {
  /** Number of the order that carried the settings. */
  n: number;
  /**
   * Deadline for the first acknowledged reading, s. 0: a reading was acknowledged, and the settings
   * are to be kept.
   */
  s: number;
};

/**
 * The HMAC of this text with the device's key is the encryption key for the settings of order `n`.
 */
export function settingsKeyText(id: string, n: number): string {
  return `nightlight settings\n${id}\n${n}`;
}

/**
 * The text that the MAC covers: each field on a line, in fixed order; a missing field is an empty
 * line.
 */
export function macText(id: string, order: Omit<Order, "mac">): string {
  const { n, at, hash, board, fw, downgrade, confirm_s, set } = order;
  const program = `${at ?? ""}\n${hash ?? ""}\n${board ?? ""}\n${fw ?? ""}\n${downgrade ?? ""}`;
  return `nightlight order\n${id}\n${n}\n${order.do}\n${program}\n${confirm_s ?? ""}\n${set ?? ""}`;
}

/**
 * The HMAC of this text with the device's key is the key for connections to the gateway. This
 * second key never changes: a device that can't be sent a new one must still be let in.
 */
export function gatewayKeyText(id: string): string {
  return `nightlight gateway\n${id}`;
}

/** The program's name in a state message: the first digits of its hash. */
export function programName(hash: string): string {
  return hash.slice(0, 8);
}

/** The device's present firmware, as far as it matters for an update. */
export interface RunningFirmware {
  board: string;
  fw: string;
}

/**
 * Checks whether the program fits the device.
 * @returns why the program does not fit, or undefined
 */
export function mismatch(order: Omit<Order, "mac">, running: RunningFirmware): string | undefined {
  const board = order.board ?? "";
  if (board !== running.board)
    return `expected a program for ${boardText(running.board)}, got one for ${boardText(board)}`;
  const fw = order.fw ?? "";
  if (!order.downgrade && isOlder(fw, running.fw))
    return `expected version ${running.fw} or newer, got ${fw}`;
  return undefined;
}

function boardText(board: string): string {
  return board === "" ? "any board with its own sensor and LED" : board;
}

/**
 * Whether version `a` is older than version `b`.
 * @param a a version, such as 0.2.0
 */
export function isOlder(a: string, b: string): boolean {
  const ours = a.split(".");
  const theirs = b.split(".");
  for (let i = 0; i < theirs.length; i++) {
    const difference = partOf(ours, i) - partOf(theirs, i);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function partOf(parts: string[], index: number): number {
  return index < parts.length ? parseInt(parts[index] as string) : 0;
}

/** Returns the gateway's address, with `*` replaced by the broker's host. */
export function expandHost(at: string, brokerHost: string): string {
  const host = at.indexOf("//") + 2;
  return at[host] === "*" ? at.slice(0, host) + brokerHost + at.slice(host + 1) : at;
}

/**
 * Returns the connection string for the runtime's gateway client.
 * @param at the gateway's address, with a host
 * @param key 64 hexadecimal digits
 */
export function connectionString(at: string, key: string): string {
  const host = at.indexOf("//") + 2;
  return `${at.slice(0, host)}wssk:${key}@${at.slice(host)}`;
}
