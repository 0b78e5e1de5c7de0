import type { CommandRequest, LightRequest } from "../api";

/** What the page asks of the server. Each throws an Error with the server's own words. */

export async function setLight(id: string, light: number): Promise<void> {
  await send("PUT", `/api/devices/${encodeURIComponent(id)}/light`, { light });
}

export async function sendCommand(id: string, command: CommandRequest): Promise<void> {
  await send("POST", `/api/devices/${encodeURIComponent(id)}/commands`, command);
}

const TIMEOUT_MS = 5_000;

async function send(method: string, path: string, body: LightRequest | CommandRequest) {
  const response = await fetch(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw new Error("the server does not answer");
  });
  if (response.ok) return;
  const answer = (await response.json().catch(() => ({}))) as { error?: unknown };
  throw new Error(
    typeof answer.error === "string" ? answer.error : `the server answered ${response.status}`,
  );
}
