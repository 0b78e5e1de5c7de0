/** The coprocessor's Wi-Fi: the networks around the board, and the one that it has joined. Pure. */

const SECURITY = { open: 0, wpa2Aes: 0x00400004 } as const;

export interface Network {
  ssid: string;
  /** The network's password; undefined for an open network. */
  password?: string;
  /** Addresses by host name. Other names are not found. */
  hosts?: Record<string, string>;
  /** Whether the network has no route: a station can join, but no connection succeeds. */
  hasNoRoute?: boolean;
}

export class Station {
  /** Whether the networks are in range. */
  inRange = true;
  /** The network that the board last tried to join. */
  wanted: Pick<Network, "ssid" | "password"> | undefined;
  radioOn = false;
  private joined: Network | undefined;

  /** @param networks the networks that exist; `inRange` says whether the board can see them */
  constructor(readonly networks: Network[]) {}

  /** Switches the radio off, and so leaves the network. */
  switchOff(): void {
    this.radioOn = false;
    this.leave();
  }

  /**
   * Joins a network, if its name, password and kind of security are right.
   * @param password null for an open network
   * @returns whether the station has joined the network
   */
  join(ssid: string, password: string | null, security: number): boolean {
    this.wanted = { ssid, ...(password !== null && { password }) };
    const found = this.networks.find(
      (network) => ssid === network.ssid && password === (network.password ?? null),
    );
    const right = security === (password === null ? SECURITY.open : SECURITY.wpa2Aes);
    this.joined = this.radioOn && this.inRange && right ? found : undefined;
    return this.isJoined;
  }

  leave(): void {
    this.joined = undefined;
  }

  get isJoined(): boolean {
    return this.joined !== undefined;
  }

  /** Whether a connection from the joined network succeeds. */
  get canReach(): boolean {
    return this.joined !== undefined && this.joined.hasNoRoute !== true;
  }

  /** @returns the address of a host in the joined network; undefined if the name is not found */
  find(host: string): string | undefined {
    return this.joined?.hosts?.[host];
  }
}
