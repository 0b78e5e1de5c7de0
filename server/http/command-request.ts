import type { Fields, ServerRule } from "../../src/common/server-rule";
import { UserError } from "../base/user-error";
import { type Decider, pickFields } from "../deciding/index";
import { HttpError } from "./http-request";

/**
 * Sends a manual command, given as a request's body.
 * @returns the fields that are sent, now or when the device reconnects
 * @throws HttpError that names the invalid field, or says why the device takes no command
 */
export function sendCommand(
  decider: Pick<Decider, "commandByHand">,
  rule: ServerRule,
  id: string,
  request: Record<string, unknown>,
): Fields {
  const { value, error } = pickFields(request, rule);
  if (!value) throw new HttpError(400, error ?? "body: expected a command");
  try {
    return decider.commandByHand(id, value);
  } catch (error) {
    if (error instanceof UserError) throw new HttpError(409, error.message);
    throw error;
  }
}
