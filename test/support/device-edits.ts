import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import type { Started } from "./nightlight";
import { until } from "./until";

const run = promisify(execFile);

/** Publishes with Mosquitto's own client program, as a person would. */
export async function publish(url: string, topic: string, payload: string, ...flags: string[]) {
  await run("mosquitto_pub", [
    ...["-p", new URL(url).port, "-q", "1", "-t", topic, "-m", payload],
    ...flags,
  ]);
}

/** Returns the broker's retained messages by topic, read with Mosquitto's own client program. */
export async function readRetained(url: string): Promise<Map<string, string>> {
  const args = ["-p", new URL(url).port, "-q", "1", "-t", "#", "-F", "%r %t %p"];
  const client = spawn("mosquitto_sub", args);
  let output = "";
  client.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  // Retained messages arrive before this marker, which is published after the subscription.
  await until("the marker", async () => {
    await publish(url, "marker", "now");
    return output.includes("0 marker now\n");
  });
  client.kill();
  const lines = output.split("\n").filter((line) => line.startsWith("1 "));
  return new Map(
    lines.map((line) => {
      const [, topic = "", ...payload] = line.split(" ");
      return [topic, payload.join(" ")] as const;
    }),
  );
}

export const edit = (server: Started, method: string, path: string, body?: string) =>
  fetch(`${server.url}/api/devices/${path}`, { method, body });
export const rename = (server: Started, id: string, name: unknown) =>
  edit(server, "PUT", `${id}/name`, JSON.stringify({ name }));
export const nameOf = async (server: Started, id: string) => (await server.device(id))?.name;
