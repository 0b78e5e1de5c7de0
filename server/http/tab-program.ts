import type { IncomingMessage, ServerResponse } from "node:http";
import {
  EDITABLE_FILE,
  MAX_SOURCE_BYTES,
  type ProgramRequest,
  type ProgramView,
} from "../base/tab-program";
import { messageOf, UserError } from "../base/user-error";
import type { TabLogins } from "../broker/index";
import { HttpError, readJsonObject, requireMethod, sendJson } from "./http-request";

export interface TabProgramRoutesOptions {
  logins: TabLogins;
  /** Returns the source that learners may change, as it is in the checkout. */
  original: () => Promise<string>;
  /** Returns why a device must retry later: its own compile is running, or too many are pending. */
  refusal: (device: string) => "device" | "all" | undefined;
  /**
   * Compiles an edited program.
   * @throws UserError if the compiler exceeds its limits
   */
  compile: (device: string, source: string) => Promise<ProgramView>;
}

const COMPILE = "/api/tab-program";
const ORIGINAL = "/device/nightlight.ts";
/** Maximum size of a request. JSON may need up to six bytes for a character, but most need one. */
const MAX_BODY_BYTES = 2 * MAX_SOURCE_BYTES;

/**
 * Lets a learner change the program of a device in a tab. The server compiles the program, and the
 * tab runs it.
 */
export class TabProgramRoutes {
  constructor(private readonly options: TabProgramRoutesOptions) {}

  /**
   * Handles a request for the original source, or for a compile.
   * @returns false if the path belongs to another handler
   */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    switch (path) {
      case ORIGINAL: {
        requireMethod(request, "GET");
        const source = await this.options.original();
        response.setHeader("content-type", "text/plain; charset=utf-8").end(source);
        return true;
      }
      case COMPILE:
        requireMethod(request, "POST");
        sendJson(response, 200, await this.compiled(request));
        return true;
      default:
        return false;
    }
  }

  /**
   * Compiles the program in a request.
   * @throws HttpError
   */
  private async compiled(request: IncomingMessage): Promise<ProgramView> {
    const { id, source } = this.checked(await readJsonObject(request, MAX_BODY_BYTES));
    const busy = this.options.refusal(id);
    if (busy === "device") throw new HttpError(429, `${id}: its program is already being compiled`);
    if (busy === "all")
      throw new HttpError(503, "too many programs are waiting for the compiler; try again later");
    try {
      return await this.options.compile(id, source);
    } catch (error) {
      throw error instanceof UserError ? new HttpError(422, messageOf(error)) : error;
    }
  }

  private checked(body: Record<string, unknown>): Pick<ProgramRequest, "id" | "source"> {
    const { id, password, source } = body;
    if (typeof id !== "string" || typeof password !== "string")
      throw new HttpError(400, "id, password: expected the login of a device in a tab");
    if (!this.options.logins.isOwn(id, password))
      throw new HttpError(403, "id, password: not the login of a device in a tab");
    if (typeof source !== "string")
      throw new HttpError(400, `source: expected the text of ${EDITABLE_FILE}`);
    if (Buffer.byteLength(source) > MAX_SOURCE_BYTES)
      throw new HttpError(413, `source: expected at most ${MAX_SOURCE_BYTES} bytes`);
    return { id, source };
  }
}
