import type {
  ClassView,
  CommandRequest,
  LightRequest,
  NameRequest,
  ResetRequest,
  TelemetryView,
} from "../../src/common/api";
import type { UpdateRequest } from "../../src/common/update-api";

/** The page's requests to the server. Each throws an Error with the server's message. */

export async function setLight(id: string, lightRaw: number): Promise<void> {
  await send("PUT", `api/devices/${encodeURIComponent(id)}/light`, { light: lightRaw });
}

export async function sendCommand(id: string, command: CommandRequest): Promise<void> {
  await send("POST", `api/devices/${encodeURIComponent(id)}/commands`, command);
}

/**
 * Renames a device.
 * @param name "" to remove the name
 */
export async function renameDevice(id: string, name: string): Promise<void> {
  await send("PUT", `api/devices/${encodeURIComponent(id)}/name`, { name });
}

/**
 * Changes the teacher's settings for all devices in tabs.
 * @param change only the settings to change
 */
export async function changeClass(change: Partial<ClassView>): Promise<void> {
  await send("PUT", "api/class", change);
}

/** Restarts a device in a tab, like a power cycle. */
export async function resetTab(device: string): Promise<void> {
  await send("POST", "api/class/reset", { device });
}

/**
 * Removes a device from the server.
 * @param withHistory whether to delete the device's readings, too
 */
export async function removeDevice(id: string, withHistory: boolean): Promise<void> {
  const query = withHistory ? "?history=1" : "";
  await ask(`api/devices/${encodeURIComponent(id)}${query}`, { method: "DELETE" });
}

export async function beginUpdate(request: UpdateRequest): Promise<{ isJoined: boolean }> {
  return (await (await send("POST", "api/updates", request)).json()) as { isJoined: boolean };
}

export async function cancelUpdate(request: UpdateRequest): Promise<void> {
  await send("DELETE", "api/updates", request);
}

/** Loads the history up to now. @param fromMs by the server's clock */
export async function loadTelemetry(
  id: string,
  fromMs: number,
  points: number,
): Promise<TelemetryView> {
  const response = await ask(`${telemetryPath(id, fromMs)}&points=${points}`, {});
  return (await response.json()) as TelemetryView;
}

/** Returns the URL of the history as CSV. */
export function tablePath(id: string, fromMs: number): string {
  return `${telemetryPath(id, fromMs)}&format=csv`;
}

function telemetryPath(id: string, fromMs: number): string {
  return `api/devices/${encodeURIComponent(id)}/telemetry?from=${Math.max(0, Math.round(fromMs))}`;
}

const TIMEOUT_MS = 5_000;

async function send(
  method: string,
  path: string,
  body:
    Partial<ClassView> | CommandRequest | LightRequest | NameRequest | ResetRequest | UpdateRequest,
): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return await ask(path, { method, headers, body: JSON.stringify(body) });
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(path, { ...init, signal }).catch(() => {
    throw new Error("the server does not answer");
  });
  if (response.ok) return response;
  const answer = (await response.json().catch(() => ({}))) as { error?: unknown };
  throw new Error(
    typeof answer.error === "string" ? answer.error : `the server answered ${response.status}`,
  );
}
