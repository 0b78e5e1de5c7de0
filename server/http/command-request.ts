import type { Fields, ServerRule } from "../../src/common/server-rule";
import { UserError } from "../base/user-error";
import { pickFields } from "../deciding/command-fields";
import type { Decider } from "../deciding/decider";
import { HttpError } from "./http-request";

/**
 * A command by hand, from the body of a request.
 * @returns what is sent, now or when the device comes back
 * @throws HttpError naming the field that is wrong, or why the device takes no command
 */
export function sendCommand(
  decider: Pick<Decider, "commandByHand">,
  rule: ServerRule,
  id: string,
  request: Record<string, unknown>,
): Fields {
  const { value, error } = pickFields(request, rule);
  if (!value) throw new HttpError(400, error ?? "body: not a command");
  try {
    return decider.commandByHand(id, value);
  } catch (error) {
    if (error instanceof UserError) throw new HttpError(409, error.message);
    throw error;
  }
}
