/**
 * What a server says on `<ID>/update`: take a new program, or do something else that needs the
 * device's own key. Only a holder of that key can say it. This file runs on the device and in Node.
 */

/** Payload of `<ID>/update`, QoS 1, not retained. `docs/updates.md` has the protocol in a page. */
export interface Order {
  /** Grows with each order to the device: one that comes twice is void. */
  n: number;
  do: "update" | "restart" | "identify" | "report" | "set";
  /** Hex of HMAC-SHA256, by the device's key, over `sealedText`. */
  mac: string;
  /**
   * Of an update: where the program is fetched, `ws://HOST:PORT/PATH` or `wss://…`. With `*` as the
   * host it is where the device's broker is.
   */
  at?: string;
  /** SHA-256 of the program as the device stores it, hex. */
  hash?: string;
  /** The board that the program was compiled for; empty: any that brings sensor and LED with it. */
  board?: string;
  /** Of the same, Ed25519, 128 hexadecimal digits; for a runtime that asks for one. */
  signature?: string;
  /** The program's version. */
  fw?: string;
  /** The program may be older than the device's. */
  downgrade?: boolean;
  /** So long the new program may take until a reading of it is acknowledged, s. */
  confirm_s?: number;
  /**
   * Of `set`: the new settings as JSON, by AES-256-CCM with a tag of 4 bytes and a nonce of zeros,
   * hex. Its key is the HMAC of `settingsKeyText`.
   */
  set?: string;
}

/** What of a device's settings may come over the network. */
export const NEW_SETTING_NAMES = [
  "BROKER",
  "MQTT_USER",
  "MQTT_PWD",
  "WIFI_SSID",
  "WIFI_PWD",
] as const;

/** Others stay as they are; an empty text removes one. WIFI_SSID and WIFI_PWD come together. */
export type NewSettings = { [name in (typeof NEW_SETTING_NAMES)[number]]?: string } & {
  /** Of the order. */
  n: number;
  /** So long they may take until a reading is acknowledged, s. 0: one was, they are to be kept. */
  s: number;
};

/** The key for the settings of order `n` is the HMAC of this, by the device's key. */
export function settingsKeyText(id: string, n: number): string {
  return `nightlight settings\n${id}\n${n}`;
}

/** What the seal is over: each field in its order, a line each; a missing one is an empty line. */
export function sealedText(id: string, order: Omit<Order, "mac">): string {
  const { n, at, hash, board, fw, downgrade, confirm_s, set } = order;
  const program = `${at ?? ""}\n${hash ?? ""}\n${board ?? ""}\n${fw ?? ""}\n${downgrade ?? ""}`;
  return `nightlight order\n${id}\n${n}\n${order.do}\n${program}\n${confirm_s ?? ""}\n${set ?? ""}`;
}

/**
 * The key for connections to the gateway is the HMAC of this, by the device's key. It is the same
 * each time: a device that can't be told a new one has to be let in.
 */
export function gatewayKeyText(id: string): string {
  return `nightlight gateway\n${id}`;
}

/** How a program is called in a state: the beginning of its hash. */
export function programName(hash: string): string {
  return hash.slice(0, 8);
}

/** What a device is now, as far as it matters to an update. */
export interface Running {
  board: string;
  fw: string;
}

/** @returns why the program is not for this device, or undefined */
export function mismatch(order: Omit<Order, "mac">, running: Running): string | undefined {
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

/** @param a version, such as 0.2.0 */
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

/** @returns the gateway's address with the broker's host for `*` */
export function resolved(at: string, brokerHost: string): string {
  const host = at.indexOf("//") + 2;
  return at[host] === "*" ? at.slice(0, host) + brokerHost + at.slice(host + 1) : at;
}

/**
 * The connection string of the runtime's gateway client.
 * @param at with a host
 * @param key 64 hexadecimal digits
 */
export function connectionString(at: string, key: string): string {
  const host = at.indexOf("//") + 2;
  return `${at.slice(0, host)}wssk:${key}@${at.slice(host)}`;
}
