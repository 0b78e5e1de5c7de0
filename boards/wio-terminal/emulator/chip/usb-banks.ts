import type { Chip } from "./peripheral";

/** A transfer direction: bank 0 receives from the host, bank 1 sends to the host. */
export type TransferDirection = 0 | 1;

export interface Bank {
  /** The buffer's address in RAM. */
  buffer: number;
  /**
   * PCKSIZE, and its fields BYTE_COUNT, MULTI_PACKET_SIZE and SIZE, the last as a number of bytes.
   */
  size: number;
  count: number;
  multi: number;
  max: number;
}

const BANK_BYTES = 16;

/** Thrown if the firmware uses the controller in an unsupported or undocumented manner. */
export class UsbMisuse extends Error {}

/**
 * The endpoint descriptors that the firmware keeps in RAM, with two banks each. DS60001507, USB.
 */
export class UsbBanks {
  /** @param base returns the current DESCADD */
  constructor(
    private readonly chip: Chip,
    private readonly base: () => number,
  ) {}

  get(endpoint: number, way: TransferDirection): Bank {
    const bytes = this.chip.readMemory(this.address(endpoint, way), BANK_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = view.getUint32(4, true);
    const buffer = view.getUint32(0, true);
    if (buffer % 4 !== 0) throw new UsbMisuse(`endpoint ${endpoint}: its buffer is not aligned`);
    return {
      buffer,
      size,
      count: size & 0x3fff,
      multi: (size >>> 14) & 0x3fff,
      max: 8 << ((size >>> 28) & 7),
    };
  }

  /** Writes BYTE_COUNT and MULTI_PACKET_SIZE of PCKSIZE. */
  setSize(endpoint: number, way: TransferDirection, count: number, multi: number): void {
    const rest = this.get(endpoint, way).size & ~0x0fff_ffff;
    const word = new Uint8Array(4);
    new DataView(word.buffer).setUint32(0, (rest | (multi << 14) | count) >>> 0, true);
    this.chip.writeMemory(this.address(endpoint, way) + 4, word);
  }

  /** Stores a packet from the host in the endpoint's buffer. */
  receive(endpoint: number, data: Uint8Array): void {
    // Without a MULTI_PACKET_SIZE, the buffer holds one packet.
    const { buffer, multi, max } = this.get(endpoint, 0);
    const space = multi || max;
    if (data.length > max || data.length > space)
      throw new UsbMisuse(
        `endpoint ${endpoint}: ${data.length} bytes for ${space}, at most ${max}`,
      );
    this.chip.writeMemory(buffer, data);
    this.setSize(endpoint, 0, data.length, multi);
  }

  /** Gives the next packet to the host. The host always acknowledges a packet that it receives. */
  send(endpoint: number): { data: Uint8Array; isLast: boolean } {
    // BYTE_COUNT may exceed a packet. MULTI_PACKET_SIZE counts the bytes already sent.
    const { buffer, count, max, multi: sent } = this.get(endpoint, 1);
    if (sent > count || (sent === count && sent > 0))
      throw new UsbMisuse(`endpoint ${endpoint}: ${sent} of ${count} bytes are sent already`);
    const data = this.chip.readMemory(buffer + sent, Math.min(max, count - sent)).slice();
    this.setSize(endpoint, 1, count, sent + data.length);
    return { data, isLast: sent + data.length === count };
  }

  private address(endpoint: number, way: TransferDirection): number {
    const base = this.base();
    if (base % 4 !== 0) throw new UsbMisuse("DESCADD is not aligned to words");
    return base + (endpoint * 2 + way) * BANK_BYTES;
  }
}
