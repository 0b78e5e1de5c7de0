import { networkInterfaces } from "node:os";
import { UserError } from "../../../server/base/user-error";
import type { Config } from "../../../server/setup/config";
import { NO_PRIVATE_CA, type Settings, SETTINGS_FILE } from "../../../server/setup/settings";
import { parseBrokerAddress } from "../../../src/common/broker-address";

/**
 * Hosts for which no public CA issues a certificate (RFC 6761, 6762, 8375, and names of home
 * routers).
 */
const PRIVATE_NAME =
  /^[^.]+$|^\d+(\.\d+){3}$|\.(local|localhost|lan|home|internal|intranet|test|home\.arpa)$/i;

/** The properties of a board that are checked here. */
export interface NetworkedBoard {
  readonly title: string;
  /** The chip, by its name in DeviceScript. */
  readonly family: string;
}

export const WIO_TERMINAL: NetworkedBoard = { title: "the Wio Terminal", family: "samd51" };

/** Chips whose runtime does not support TLS. */
const WITHOUT_TLS = ["rp2040w", "samd51"];

/**
 * Checks whether a board can connect with these settings.
 * @returns warnings about possible problems
 * @throws UserError if the board certainly can't connect
 */
export function checkForBoard(
  board: NetworkedBoard,
  settings: Settings,
  config: Config,
  env = process.env,
): string[] {
  if (!settings.WIFI_SSID)
    throw new UserError(`${SETTINGS_FILE}: WIFI_SSID: missing, and a board has no other network`);
  const broker = settings.BROKER ?? config.broker;
  const address = parseBrokerAddress(broker);
  if (typeof address === "string" || /^(localhost|127\..*|::1)$/.test(address.host)) {
    const found = settings.BROKER === undefined ? "missing" : `got ${broker}`;
    throw new UserError(
      `${SETTINGS_FILE}: BROKER: ${found}, but a board needs an address on its network, such as ${suggestion()}`,
    );
  }
  const warnings: string[] = [];
  if (address.host.includes(":")) {
    if (board.family === "samd51")
      throw new UserError(
        `${SETTINGS_FILE}: BROKER: ${board.title} has no IPv6: use IPv4 or a name`,
      );
    warnings.push("BROKER: IPv6 has not been tested on a board; IPv4 has");
  }
  if (!address.tls) return warnings;
  if (WITHOUT_TLS.includes(board.family))
    throw new UserError(`${SETTINGS_FILE}: BROKER: ${board.title} has no TLS: use mqtt://`);
  if (PRIVATE_NAME.test(address.host))
    warnings.push(`BROKER: ${address.host} has no certificate of a public CA: ${NO_PRIVATE_CA}`);
  if (env["NODE_EXTRA_CA_CERTS"])
    warnings.push(`NODE_EXTRA_CA_CERTS works for the server and the simulator: ${NO_PRIVATE_CA}`);
  return warnings;
}

/**
 * Suggests a broker URL: with this computer's address in the local network, or else with an example
 * address.
 */
function suggestion(): string {
  const addresses = Object.values(networkInterfaces()).flat();
  const lan = addresses.find((address) => address?.family === "IPv4" && !address.internal);
  return `mqtt://${lan?.address ?? "192.168.1.20"}:1883`;
}
