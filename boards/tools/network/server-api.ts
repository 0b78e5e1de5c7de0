/** The running server's HTTP interface, for the commands over the network. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { printable } from "../../../server/base/log";
import { warnOfExposure } from "../../../server/base/secret-file";
import { readText } from "../../../server/base/text";
import { messageOf, UserError } from "../../../server/base/user-error";
import type { DeviceView } from "../../../src/common/api";
import type { UpdateRequest, UpdatesView, UpdateView } from "../../../src/common/update-api";

/**
 * How long to wait for an answer. The server answers at once; only a hanging server, or another
 * program, takes longer.
 */
const ANSWER_TIMEOUT_MS = 60_000;
const UPDATES = "api/updates";

export class ServerApi {
  private readonly url: URL;

  constructor(
    server: string,
    private readonly token: Token,
  ) {
    if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
      throw new UserError(`--server: expected http:// or https://, got "${server}"`);
    this.url = new URL(server.endsWith("/") ? server : `${server}/`);
  }

  async begin(request: UpdateRequest): Promise<{ isJoined: boolean }> {
    const body = JSON.stringify(request);
    const { isJoined } = await this.ask(UPDATES, { method: "POST", body });
    return typeof isJoined === "boolean" ? { isJoined } : this.isForeign();
  }

  async cancel(request: UpdateRequest): Promise<void> {
    await this.ask(UPDATES, { method: "DELETE", body: JSON.stringify(request) });
  }

  async view(): Promise<Pick<UpdatesView, "updates" | "fleet">> {
    const { updates, fleet } = await this.ask(UPDATES);
    if (!Array.isArray(updates) || typeof fleet !== "object") return this.isForeign();
    return { updates: updates as UpdateView[], fleet: fleet as UpdatesView["fleet"] };
  }

  /** Lets a device try new settings. @returns the number of the order */
  async set(id: string, set: Record<string, string>): Promise<number> {
    const body = JSON.stringify({ do: "set", set });
    const path = `api/devices/${encodeURIComponent(id)}/orders`;
    const { n } = await this.ask(path, { method: "POST", body });
    return typeof n === "number" ? n : this.isForeign();
  }

  /** @returns undefined if the server does not know the device */
  async device(id: string): Promise<DeviceView | undefined> {
    const devices = await this.ask("api/devices");
    if (!Array.isArray(devices)) return this.isForeign();
    return (devices as DeviceView[]).find((device) => device.id === id);
  }

  private async ask(path: string, request: RequestInit = {}): Promise<Record<string, unknown>> {
    const { status, ok, text } = await this.answer(path, request);
    const answer = objectIn(text) ?? this.isForeign();
    if (ok) return answer;
    const { error } = answer;
    if (typeof error !== "string") return this.isForeign();
    if (status === 401) throw new UserError(`${this.url.origin} ${refusalOf(this.token)}`);
    throw new UserError(printable(error));
  }

  private async answer(
    path: string,
    request: RequestInit,
  ): Promise<{ status: number; ok: boolean; text: string }> {
    const { text: token } = this.token;
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    try {
      const response = await fetch(new URL(path, this.url), { ...request, headers, signal });
      const { status, ok } = response;
      return { status, ok, text: await response.text() };
    } catch (error) {
      throw new UserError(
        `no nightlight server answers at ${this.url.origin} (${causeOf(error)}): is it started with npm start?`,
      );
    }
  }

  private isForeign(): never {
    throw new UserError(
      `the program at ${new URL(UPDATES, this.url).href} is not a Nightlight server`,
    );
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

/**
 * The reason why `fetch` failed. The error only says "fetch failed"; its cause contains the reason.
 */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  return printable(typeof code === "string" ? code : messageOf(cause));
}

interface Token {
  /** The token; undefined if no token was found. */
  text: string | undefined;
  /** The token's source, for messages. */
  source: string;
}

/** Reads the server's token from the environment, or else from the data folder. */
export function tokenIn(dir: string): Token {
  const environment = process.env["NIGHTLIGHT_TOKEN"];
  const path = join(dir, "token");
  if (!environment) warnOfExposure(path);
  const token: Token = environment
    ? { text: environment, source: "NIGHTLIGHT_TOKEN" }
    : { text: existsSync(path) ? readText(path).trim() : undefined, source: path };
  // An HTTP header allows no other characters.
  if (token.text !== undefined && !/^[ -~]+$/.test(token.text))
    throw new UserError(`${token.source}: expected a token of printable ASCII characters`);
  return token;
}

function refusalOf({ text, source }: Token): string {
  if (text !== undefined) return `refused the token in ${source}`;
  return `requires its token, but there is no ${source}: set NIGHTLIGHT_TOKEN, or use --data DIR`;
}
