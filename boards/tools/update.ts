/** `npm run update`: a new program for devices over the network, by the server that runs. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../../server/base/log";
import { readText } from "../../server/base/text";
import { UserError } from "../../server/base/user-error";
import { DEFAULT_DIR } from "../../server/setup/security-options";
import type { UpdateRequest, UpdatesView, UpdateView } from "../../src/common/api";
import { command, readFlags } from "./command";

const LOOK_MS = 250;
const SERVER = "http://localhost:8080";

async function main(): Promise<void> {
  const { device, group, all, downgrade, server, data } = readFlags({
    device: { type: "string" },
    group: { type: "string" },
    all: { type: "boolean" },
    downgrade: { type: "boolean" },
    server: { type: "string" },
    data: { type: "string" },
  });
  if ([device, group, all].filter((value) => value !== undefined).length !== 1)
    throw new UserError("say which: --device ID, --group NAME, or --all");
  const api = new Api(server ?? SERVER, tokenIn(resolve(data ?? DEFAULT_DIR)));
  const request: UpdateRequest = {
    ...(device !== undefined && { device }),
    ...(group !== undefined && { group }),
    ...(all && { all }),
    ...(downgrade && { downgrade }),
  };
  const begun = await api.begin(request);
  if (begun.isJoined) console.log("An update is under way already; this is how it goes on:");
  process.exitCode = (await watch(api, device)) ? 0 : 1;
}

/** Says each step as it comes. @returns whether all that is there runs the new program */
async function watch(api: Api, device: string | undefined): Promise<boolean> {
  const said = new Map<string, number>();
  for (;;) {
    const { updates, fleet } = await api.view();
    const ids = device === undefined ? (fleet?.waves.flat() ?? []) : [device];
    const watched = updates.filter(({ id }) => ids.includes(id));
    for (const update of watched) sayNew(update, said);
    const isWaiting = watched.every((update) => isOver(update.step) || isAway(update));
    if (device === undefined && fleet) {
      if (fleet.step === "stopped") {
        console.log(`Stopped: ${printable(fleet.why ?? "")}`);
        const kept = ids.length - updates.filter((update) => isConfirmed(update, ids)).length;
        console.log(`${kept} of ${ids.length} devices keep the program that they have.`);
        return false;
      }
      const isLast = fleet.wave >= fleet.waves.length - 1;
      if (fleet.step === "done" || (isLast && isWaiting)) return true;
    } else if (isWaiting) return watched.every(({ step }) => step !== "failed");
    await sleep(LOOK_MS);
  }
}

function isConfirmed({ id, step }: UpdateView, ids: string[]): boolean {
  return ids.includes(id) && step === "confirmed";
}

/** One that is there is asked as soon as its program is compiled. */
function isAway({ step, lines }: UpdateView): boolean {
  return step === "waiting" && lines.at(-1)?.text !== "begun";
}

function isOver(step: UpdateView["step"]): boolean {
  return step === "confirmed" || step === "failed";
}

function sayNew({ id, begunMs, lines }: UpdateView, said: Map<string, number>): void {
  for (const { atMs, text } of lines.slice(said.get(id) ?? 0)) {
    const s = ((atMs - begunMs) / 1000).toFixed(1).padStart(5);
    console.log(`${s} s  ${printable(id)}: ${printable(text)}`);
  }
  said.set(id, lines.length);
}

/** The running server's HTTP interface. */
class Api {
  private readonly url: URL;

  constructor(
    server: string,
    private readonly token: string | undefined,
  ) {
    if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
      throw new UserError(`--server: expected http:// or https://, got "${server}"`);
    this.url = new URL("api/updates", server.endsWith("/") ? server : `${server}/`);
  }

  async begin(request: UpdateRequest): Promise<{ isJoined: boolean }> {
    const body = JSON.stringify(request);
    return (await this.ask({ method: "POST", body })) as { isJoined: boolean };
  }

  async view(): Promise<UpdatesView> {
    return (await this.ask({})) as UpdatesView;
  }

  private async ask(request: RequestInit): Promise<unknown> {
    const headers: Record<string, string> =
      this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    let response: Response;
    try {
      response = await fetch(this.url, { ...request, headers });
    } catch {
      throw new UserError(`no server answers at ${this.url.origin}: npm start, or --server URL`);
    }
    const answer = (await response.json().catch(() => ({}))) as { error?: string };
    if (response.ok) return answer;
    const { status } = response;
    if (status === 401)
      throw new UserError(
        `${this.url.origin}: asks for its token: NIGHTLIGHT_TOKEN, or --data DIR`,
      );
    throw new UserError(printable(answer.error ?? `${this.url.href}: answers ${status}`));
  }
}

/** As the server has it, if it asks for one. */
function tokenIn(dir: string): string | undefined {
  const path = join(dir, "token");
  return process.env["NIGHTLIGHT_TOKEN"] ?? (existsSync(path) ? readText(path).trim() : undefined);
}

// The classes above are there from here on.
await command(main);
