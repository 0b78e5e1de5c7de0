import {
  type BrokerAddress,
  formatBrokerAddress,
  parseBrokerAddress,
} from "../../src/common/broker-address";
import { UserError } from "../base/user-error";

/** Who is to reach the broker: a device speaks no WebSockets. */
export type Client = "device" | "server";

/** @returns what was expected and found instead of a broker's address, without any password */
export function brokerUrlError(text: string, client: Client): string | undefined {
  const address = parseBrokerAddress(text);
  const expected = typeof address === "string" ? address : unreachable(address, client);
  return expected && `${expected}, got "${withoutPassword(text)}"`;
}

/**
 * A broker's address in the one spelling that all others understand.
 * @param name of the setting, for the message
 * @throws UserError if the text is no such address
 */
export function readBrokerUrl(name: string, text: string, client: Client): string {
  const address = parseBrokerAddress(text);
  const error = brokerUrlError(text, client);
  if (error || typeof address === "string") throw new UserError(`${name}: ${error ?? ""}`);
  return formatBrokerAddress(address);
}

/** A text as it may be shown: whatever precedes a host's @ may be a user and a password. */
export function withoutPassword(text: string): string {
  return text.replace(/[^"]*@/g, "…@");
}

function unreachable(address: BrokerAddress, client: Client): string | undefined {
  if (client === "device" && address.scheme.startsWith("ws"))
    return "expected mqtt:// or mqtts://, as a device speaks no WebSockets";
  // What looks like an IPv6 address and is none, as [1:2].
  return URL.canParse(formatBrokerAddress(address)) ? undefined : "expected an IPv6 address";
}
