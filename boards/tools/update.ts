/** `npm run update`: a new program for devices over the network, by the server that runs. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../../server/base/log";
import { readText } from "../../server/base/text";
import { messageOf, UserError } from "../../server/base/user-error";
import { DEFAULT_DIR } from "../../server/setup/security-options";
import type { UpdateRequest, UpdatesView, UpdateView } from "../../src/common/update-api";
import { command, readFlags, warnOfExposure } from "./command";

const LOOK_MS = 250;
const SERVER = "http://localhost:8080";
/** The server answers at once; only one that hangs, or is another program, takes longer. */
const ANSWER_TIMEOUT_MS = 60_000;

const HELP = `Usage: npm run update -- --device ID | --group NAME | --all [options]

A new program for devices over the network, from the server that runs: docs/updates.md.

  --device ID       one device
  --group NAME      the members and lights of a group
  --all             all devices that the server knows, and that take updates
  --downgrade       the program may be older than the one that runs
  --cancel          call off the update of these devices
  --server URL      the server's page                       (${SERVER})
  --data DIR        where npm start has its --data          (${DEFAULT_DIR})
  --help            these lines
`;

async function main(): Promise<void> {
  const { device, group, all, downgrade, cancel, server, data, help } = readFlags({
    device: { type: "string" },
    group: { type: "string" },
    all: { type: "boolean" },
    downgrade: { type: "boolean" },
    cancel: { type: "boolean" },
    server: { type: "string" },
    data: { type: "string" },
    help: { type: "boolean" },
  });
  if (help) {
    console.log(HELP);
    return;
  }
  if ([device, group, all].filter((value) => value !== undefined).length !== 1)
    throw new UserError("say which: --device ID, --group NAME, or --all");
  if (device === "") throw new UserError("--device: expected a device's id");
  if (cancel && downgrade) throw new UserError("--cancel: takes no --downgrade");
  if (group === "") throw new UserError("--group: expected a group's name");
  const api = new Api(server ?? SERVER, tokenIn(resolve(data ?? DEFAULT_DIR)));
  const request: UpdateRequest = {
    ...(device !== undefined && { device }),
    ...(group !== undefined && { group }),
    ...(all && { all }),
    ...(downgrade && { downgrade }),
  };
  if (cancel) {
    await api.cancel(request);
    console.log("Called off.");
    return;
  }
  const begun = await api.begin(request);
  if (begun.isJoined) console.log("An update is under way already; this is how it goes on:");
  if (device === undefined)
    for (const why of (await api.view()).fleet?.left ?? [])
      console.log(`Not updated: ${printable(why)}`);
  process.exitCode = (await watch(api, device)) ? 0 : 1;
}

/** Says each step as it comes. @returns whether all that is there runs the new program */
async function watch(api: Api, device: string | undefined): Promise<boolean> {
  const said = new Map<string, number>();
  for (;;) {
    const { updates, fleet } = await api.view();
    const ids = device === undefined ? (fleet?.waves.flat() ?? []) : [device];
    const watched = updates.filter(({ id }) => ids.includes(id));
    if (device !== undefined && watched.length === 0)
      throw new UserError(`${device}: the server has no update for it any more`);
    for (const update of watched) sayNew(update, said);
    const isWaiting = watched.every((update) => isOver(update.step) || isAway(update));
    if (device === undefined && fleet) {
      if (fleet.step === "cancelled") {
        console.log("Called off. What was on its way goes on.");
        return false;
      }
      if (fleet.step === "stopped") {
        console.log(`Stopped: ${printable(fleet.why ?? "")}`);
        const kept = ids.length - updates.filter((update) => isConfirmed(update, ids)).length;
        console.log(`${kept} of ${ids.length} devices keep the program that they have.`);
        return false;
      }
      const isLast = fleet.wave >= fleet.waves.length - 1;
      if (fleet.step === "done" || (isLast && isWaiting)) return true;
      if (fleet.waits) {
        console.log("It goes on when one of the devices has come back.");
        return true;
      }
    } else if (isWaiting) return watched.every(({ step }) => !isOver(step) || step === "confirmed");
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
  return step === "confirmed" || step === "failed" || step === "cancelled";
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
    private readonly token: Token,
  ) {
    if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
      throw new UserError(`--server: expected http:// or https://, got "${server}"`);
    this.url = new URL("api/updates", server.endsWith("/") ? server : `${server}/`);
  }

  async begin(request: UpdateRequest): Promise<{ isJoined: boolean }> {
    const body = JSON.stringify(request);
    const { isJoined } = await this.ask({ method: "POST", body });
    return typeof isJoined === "boolean" ? { isJoined } : this.isForeign();
  }

  async cancel(request: UpdateRequest): Promise<void> {
    await this.ask({ method: "DELETE", body: JSON.stringify(request) });
  }

  async view(): Promise<Pick<UpdatesView, "updates" | "fleet">> {
    const { updates, fleet } = await this.ask({});
    if (!Array.isArray(updates) || typeof fleet !== "object") return this.isForeign();
    return { updates: updates as UpdateView[], fleet: fleet as UpdatesView["fleet"] };
  }

  private async ask(request: RequestInit): Promise<Record<string, unknown>> {
    const { status, ok, text } = await this.answer(request);
    const answer = objectIn(text) ?? this.isForeign();
    if (ok) return answer;
    const { error } = answer;
    if (typeof error !== "string") return this.isForeign();
    if (status === 401) throw new UserError(`${this.url.origin} ${refusalOf(this.token)}`);
    throw new UserError(printable(error));
  }

  private async answer(
    request: RequestInit,
  ): Promise<{ status: number; ok: boolean; text: string }> {
    const { text: token } = this.token;
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    try {
      const response = await fetch(this.url, { ...request, headers, signal });
      const { status, ok } = response;
      return { status, ok, text: await response.text() };
    } catch (error) {
      throw new UserError(
        `no nightlight server answers at ${this.url.origin} (${causeOf(error)}): is it started with npm start?`,
      );
    }
  }

  private isForeign(): never {
    throw new UserError(`what answers at ${this.url.href} is no nightlight server`);
  }
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** `fetch` says "fetch failed", and keeps the reason in the error's cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  return printable(typeof code === "string" ? code : messageOf(cause));
}

interface Token {
  /** Undefined if there is none. */
  text: string | undefined;
  /** For a person to look. */
  source: string;
}

/** As the server has it, if it asks for one. */
function tokenIn(dir: string): Token {
  const environment = process.env["NIGHTLIGHT_TOKEN"];
  const path = join(dir, "token");
  if (!environment) warnOfExposure(path);
  const token: Token = environment
    ? { text: environment, source: "NIGHTLIGHT_TOKEN" }
    : { text: existsSync(path) ? readText(path).trim() : undefined, source: path };
  // No HTTP header takes anything else.
  if (token.text !== undefined && !/^[ -~]+$/.test(token.text))
    throw new UserError(`${token.source}: expected a token of printable ASCII characters`);
  return token;
}

function refusalOf({ text, source }: Token): string {
  if (text !== undefined) return `refused the token in ${source}`;
  return `asks for its token, and there is no ${source}: set NIGHTLIGHT_TOKEN, or give --data DIR`;
}

// The classes above are there from here on.
await command(main);
