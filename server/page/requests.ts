import type {
  ClassView,
  CommandRequest,
  LightRequest,
  NameRequest,
  ResetRequest,
  TelemetryView,
} from "../../src/common/api";
import type { UpdateRequest } from "../../src/common/update-api";

/** What the page asks of the server. Each throws an Error with the server's own words. */

export async function setLight(id: string, light: number): Promise<void> {
  await send("PUT", `api/devices/${encodeURIComponent(id)}/light`, { light });
}

export async function sendCommand(id: string, command: CommandRequest): Promise<void> {
  await send("POST", `api/devices/${encodeURIComponent(id)}/commands`, command);
}

/** @param name "" for none */
export async function rename(id: string, name: string): Promise<void> {
  await send("PUT", `api/devices/${encodeURIComponent(id)}/name`, { name });
}

/** @param change what of it is to be another */
export async function changeClass(change: Partial<ClassView>): Promise<void> {
  await send("PUT", "api/class", change);
}

/** A device in a tab starts again, as after a cut of power. */
export async function resetTab(device: string): Promise<void> {
  await send("POST", "api/class/reset", { device });
}

/** @param withHistory what it measured is deleted, too */
export async function remove(id: string, withHistory: boolean): Promise<void> {
  const query = withHistory ? "?history=1" : "";
  await ask(`api/devices/${encodeURIComponent(id)}${query}`, { method: "DELETE" });
}

export async function beginUpdate(request: UpdateRequest): Promise<{ isJoined: boolean }> {
  return (await (await send("POST", "api/updates", request)).json()) as { isJoined: boolean };
}

export async function cancelUpdate(request: UpdateRequest): Promise<void> {
  await send("DELETE", "api/updates", request);
}

/** @param fromMs by the server's clock; until now */
export async function loadTelemetry(
  id: string,
  fromMs: number,
  points: number,
): Promise<TelemetryView> {
  const response = await ask(`${telemetryPath(id, fromMs)}&points=${points}`, {});
  return (await response.json()) as TelemetryView;
}

/** Where the history is as a table. */
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
