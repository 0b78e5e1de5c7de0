/** Reads and changes the settings of a running board over its serial line. */
import type { SettingName } from "../../src/common/settings";
import { type Board, GET_REGISTER, SERVICE_CLASS, SET_REGISTER } from "./board";

/** New values of settings. Null removes a setting; settings that are not named stay. */
export type SettingChanges = Partial<Record<SettingName, string | null>>;

/**
 * The settings that a board reports; undefined for a missing one. A board never reports a password.
 */
export interface KnownSettings {
  id: string | undefined;
  broker: string | undefined;
  user: string | undefined;
  /** The board's current network, and its address there. */
  wifi: { name: string; address: string } | undefined;
}

/** The board's runtime is too old to change several settings at once. */
export class RuntimeTooOld extends Error {}

/** The board has no space for the new values. */
export class SettingsFull extends Error {}

const [GET, SET, DELETE] = [0x80, 0x81, 0x84];
const RUNNING = 0x80;
const [IP_ADDRESS, SSID] = [0x181, 0x183];
/**
 * How long a board may take to apply new values: runtime/settings_batch.h, network/credentials.c.
 */
const TAKEN_MS = 15_000;
const LOOK_AGAIN_MS = 100;

export async function readKnownSettings(board: Board): Promise<KnownSettings> {
  const text = async (name: string) => parse(await get(board, name));
  const register = async (number: number) =>
    await board.ask(SERVICE_CLASS.wifi, GET_REGISTER | number, new Uint8Array());
  const [name, address] = [decode(await register(SSID)), await register(IP_ADDRESS)];
  return {
    id: await text("ID"),
    broker: await text("BROKER"),
    user: await text("MQTT_USER"),
    wifi: name && address.length === 4 ? { name, address: address.join(".") } : undefined,
  };
}

/**
 * Changes settings together, as runtime/settings_batch.h describes: if power fails, the board has
 * either all old values or all new values. The caller must stop the program before this call and
 * start it afterwards.
 * @throws BoardSilent; RuntimeTooOld or SettingsFull if the board has kept the old values
 */
export async function changeSettings(board: Board, changes: SettingChanges): Promise<void> {
  const entries = Object.entries(changes) as [SettingName, string | null][];
  const names = entries.map(([name]) => name).join(" ");
  await set(board, "-", names);
  // The list "-" is stored first: if this change is interrupted, the board removes the listed new
  // values at its next start.
  for (const [name, value] of entries) await set(board, `+${name}`, stored(name, value));
  await set(board, "+", names);
  const isTaken = await isGone(board, "+");
  if (!isTaken || (await get(board, "-")) !== "") {
    for (const [name] of entries) await set(board, `+${name}`, null);
    for (const name of ["+", "-"]) await set(board, name, null);
    throw isTaken ? new SettingsFull() : new RuntimeTooOld();
  }
  for (const [name] of entries.filter(([name]) => name.startsWith("WIFI_")))
    await isGone(board, name);
}

export async function runProgram(board: Board, isRunning: boolean): Promise<void> {
  await board.command(
    SERVICE_CLASS.manager,
    SET_REGISTER | RUNNING,
    Uint8Array.of(isRunning ? 1 : 0),
  );
}

/**
 * The text to store. A Wi-Fi setting is not removed but set to an empty text, because the board
 * keeps a password until it gets another. An empty password means an open network.
 */
function stored(name: SettingName, value: string | null): string {
  return JSON.stringify(value ?? (name.startsWith("WIFI_") ? "" : null));
}

async function isGone(board: Board, name: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < TAKEN_MS; waitedMs += LOOK_AGAIN_MS) {
    if ((await get(board, name)) === "") return true;
    await board.wait(LOOK_AGAIN_MS);
  }
  return false;
}

async function set(board: Board, name: string, value: string | null): Promise<void> {
  if (value === null) await board.command(SERVICE_CLASS.settings, DELETE, encode(name));
  else await board.command(SERVICE_CLASS.settings, SET, encode(`${name}\0${value}`));
}

/** @returns the stored text, empty if there is none */
async function get(board: Board, name: string): Promise<string> {
  const start = encode(`${name}\0`);
  const answer = await board.ask(SERVICE_CLASS.settings, GET, encode(name), (payload) =>
    start.every((byte, i) => payload[i] === byte),
  );
  return decode(answer.subarray(start.length));
}

function parse(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
