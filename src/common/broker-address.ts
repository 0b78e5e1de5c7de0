/** Where a broker is. Pure; imports nothing. */
export interface BrokerAddress {
  host: string;
  port: number;
  tls: boolean;
}

/**
 * Reads `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`; the ports default to IANA's 1883 and 8883.
 * @returns undefined where the text is neither
 */
export function parseBrokerAddress(url: string): BrokerAddress | undefined {
  const tls = url.indexOf("mqtts://") === 0;
  if (!tls && url.indexOf("mqtt://") !== 0) return undefined;
  let host = url.slice(tls ? 8 : 7);
  let port = tls ? 8883 : 1883;
  const colon = host.indexOf(":");
  if (colon >= 0) {
    port = parseInt(host.slice(colon + 1));
    host = host.slice(0, colon);
  }
  if (!host || !(port > 0 && port < 65536)) return undefined;
  return { host, port, tls };
}
