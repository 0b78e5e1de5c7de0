import {
  type BrokerAddress,
  formatBrokerAddress,
  parseBrokerAddress,
} from "../../src/common/broker-address";
import { UserError } from "../base/user-error";

/** The kind of client that connects to the broker. A device does not support WebSockets. */
export type ClientKind = "device" | "server";

/**
 * Checks a broker's address.
 * @returns "expected X, got Y" without any password, or undefined if the address is valid
 */
export function brokerUrlError(text: string, client: ClientKind): string | undefined {
  const address = parseBrokerAddress(text);
  const expected = typeof address === "string" ? address : unreachable(address, client);
  return expected && `${expected}, got "${withoutPassword(text)}"`;
}

/**
 * Returns a broker's address in its canonical spelling.
 * @param name the setting's name, for the error message
 * @throws UserError if the text is not a valid address
 */
export function readBrokerUrl(name: string, text: string, client: ClientKind): string {
  const address = parseBrokerAddress(text);
  const error = brokerUrlError(text, client);
  if (error || typeof address === "string") throw new UserError(`${name}: ${error ?? ""}`);
  return formatBrokerAddress(address);
}

/** Makes a text safe to show: everything before a host's @ may be a user and a password. */
export function withoutPassword(text: string): string {
  return text.replace(/[^"]*@/g, "…@");
}

function unreachable(address: BrokerAddress, client: ClientKind): string | undefined {
  if (client === "device" && address.scheme.startsWith("ws"))
    return "expected mqtt:// or mqtts://, because devices do not support WebSockets";
  // Catches malformed IPv6 addresses, such as [1:2].
  return URL.canParse(formatBrokerAddress(address)) ? undefined : "expected an IPv6 address";
}
