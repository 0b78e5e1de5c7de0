import { beforeEach, describe, expect, it } from "vitest";
import { UsbDevice } from "../../../../../boards/wio-terminal/emulator/chip/usb";
import { UsbMisuse } from "../../../../../boards/wio-terminal/emulator/chip/usb-banks";
import { BareChip, type Described, itHasTheRegisters } from "./registers";

const INT = { suspend: 1, sof: 4, eorst: 8, wakeup: 16 } as const;
const LINE = { other: 80, sof: 81, trcpt0: 82, trcpt1: 83 } as const;
const STATUS = { dtglout: 1, dtglin: 2, stallrq1: 0x20, bk0rdy: 0x40, bk1rdy: 0x80 } as const;
const FLAG = { trcpt0: 1, trcpt1: 2, trfail0: 4, rxstp: 0x10, stall1: 0x40 } as const;
const CONTROL = 0x11;
const BULK = 0x33;
/**
 * Offsets of an endpoint's registers: EPCFG, EPSTATUSCLR, EPSTATUSSET, EPSTATUS, EPINTFLAG,
 * EPINTENCLR, EPINTENSET.
 */
const EP = { cfg: 0, clear: 4, set: 5, status: 6, flag: 7, disable: 8, enable: 9 } as const;
const at = (endpoint: number, register: number): number => 0x100 + 0x20 * endpoint + register;

const DESCRIPTORS = 0x100;
const BUFFER = { out: 0x400, in: 0x500 } as const;

let chip: BareChip;
let usb: UsbDevice;

function make(): UsbDevice {
  chip = new BareChip();
  return new UsbDevice(chip);
}

beforeEach(() => (usb = make()));

/** Writes ADDR and PCKSIZE of an endpoint's two banks, for packets of 64 bytes. */
function describeBanks(endpoint: number, inBytes = 0): void {
  const bank = DESCRIPTORS + 32 * endpoint;
  chip.ram.writeUInt32LE(BUFFER.out, bank);
  chip.ram.writeUInt32LE((3 << 28) | (64 << 14), bank + 4);
  chip.ram.writeUInt32LE(BUFFER.in, bank + 16);
  chip.ram.writeUInt32LE((3 << 28) | inBytes, bank + 20);
}

function attach(endpoint: number, type: number): void {
  usb.write(0x24, 4, DESCRIPTORS);
  usb.write(0x00, 1, 2);
  usb.write(0x08, 2, 0);
  usb.busReset();
  usb.write(at(endpoint, EP.cfg), 1, type);
  describeBanks(endpoint);
}

function endpointRegisters(n: number): Described {
  return {
    [`EPCFG${n}`]: [at(n, EP.cfg), 1, 0, 0x77],
    [`EPSTATUSCLR${n}`]: [at(n, EP.clear), 1, 0],
    [`EPSTATUSSET${n}`]: [at(n, EP.set), 1, 0],
    [`EPSTATUS${n}`]: [at(n, EP.status), 1, 0],
    [`EPINTFLAG${n}`]: [at(n, EP.flag), 1, 0],
    [`EPINTENCLR${n}`]: [at(n, EP.disable), 1, 0],
    [`EPINTENSET${n}`]: [at(n, EP.enable), 1, 0],
  };
}

describe("USB device", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 1, 0],
    SYNCBUSY: [0x02, 1, 0],
    QOSCTRL: [0x03, 1, 0x0f, 0x0f],
    CTRLB: [0x08, 2, 1, 0x0e1f],
    DADD: [0x0a, 1, 0, 0xff],
    STATUS: [0x0c, 1, 0x40],
    INTENCLR: [0x14, 2, 0],
    INTENSET: [0x18, 2, 0],
    INTFLAG: [0x1c, 2, 0],
    EPINTSMRY: [0x20, 2, 0],
    DESCADD: [0x24, 4, 0, 0xffff_ffff],
    PADCAL: [0x28, 2, 0, 0x77df],
    ...endpointRegisters(0),
    ...endpointRegisters(7),
  });

  it("connects to the bus if it is enabled and CTRLB.DETACH is zero", () => {
    const told: boolean[] = [];
    usb.onAttach = (attached) => told.push(attached);
    usb.write(0x00, 1, 2);
    expect(usb.attached).toBe(false);
    usb.write(0x08, 2, 0);
    usb.write(0x08, 2, 1);
    expect(told).toEqual([true, false]);
  });

  it("raises the chip's interrupt lines: OTHER, SOF, TRCPT0 and TRCPT1", () => {
    attach(0, CONTROL);
    usb.write(0x18, 2, INT.eorst | INT.sof);
    expect([...chip.lines]).toEqual([LINE.other]);
    usb.write(0x1c, 2, 0x3fd);
    usb.startOfFrame();
    expect([...chip.lines]).toEqual([LINE.sof]);
    usb.write(0x14, 2, INT.sof);
    expect([chip.lines.size, usb.read(0x18, 2)]).toEqual([0, INT.eorst]);
  });

  it("accepts a set-up packet: RXSTP, and both toggles at DATA1", () => {
    attach(0, CONTROL);
    usb.write(at(0, EP.enable), 1, FLAG.rxstp);
    const packet = Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0);
    expect(usb.setup(0, 0, packet)).toBe("ack");
    expect(chip.ram.subarray(BUFFER.out, BUFFER.out + 8)).toEqual(Buffer.from(packet));
    expect(chip.ram.readUInt32LE(DESCRIPTORS + 4) & 0x3fff).toBe(8); // PCKSIZE.BYTE_COUNT
    expect(usb.read(at(0, EP.status), 1)).toBe(STATUS.dtglout | STATUS.dtglin);
    expect([usb.read(at(0, EP.flag), 1), usb.read(0x20, 2)]).toEqual([FLAG.rxstp, 1]);
    expect([...chip.lines]).toEqual([LINE.other]);
    usb.write(at(0, EP.flag), 1, FLAG.rxstp);
    expect([usb.read(0x20, 2), chip.lines.size]).toEqual([0, 0]);
  });

  it("accepts one packet from the host, and refuses the next until BK0RDY is cleared", () => {
    attach(2, BULK);
    usb.write(at(2, EP.enable), 1, FLAG.trcpt0);
    expect(usb.out(0, 2, Buffer.from("one"), false)).toBe("ack");
    expect(usb.read(at(2, EP.status), 1)).toBe(STATUS.bk0rdy | STATUS.dtglout);
    expect([...chip.lines]).toEqual([LINE.trcpt0]);
    expect(usb.read(0x20, 2)).toBe(1 << 2);
    expect(usb.out(0, 2, Buffer.from("two"), true)).toBe("nak");
    expect(usb.read(at(2, EP.flag), 1)).toBe(FLAG.trcpt0 | FLAG.trfail0);
    usb.write(at(2, EP.clear), 1, STATUS.bk0rdy);
    expect(usb.out(0, 2, Buffer.from("two"), true)).toBe("ack");
    expect(chip.ram.toString("latin1", BUFFER.out, BUFFER.out + 3)).toBe("two");
  });

  it("acknowledges a repeated packet and drops it: USB 2.0, 8.6.3", () => {
    attach(2, BULK);
    usb.out(0, 2, Buffer.from("one"), false);
    usb.write(at(2, EP.clear), 1, STATUS.bk0rdy);
    usb.write(at(2, EP.flag), 1, FLAG.trcpt0);
    expect(usb.out(0, 2, Buffer.from("one"), false)).toBe("ack");
    expect(usb.read(at(2, EP.flag), 1)).toBe(0);
  });

  it("sends bank 1 once BK1RDY is set, with the toggle", () => {
    attach(2, BULK);
    expect(usb.in(0, 2)).toBe("nak");
    describeBanks(2, 4);
    chip.ram.write("pong", BUFFER.in, "latin1");
    usb.write(at(2, EP.enable), 1, FLAG.trcpt1);
    usb.write(at(2, EP.set), 1, STATUS.bk1rdy);
    expect(usb.in(0, 2)).toEqual({ data: Uint8Array.from(Buffer.from("pong")), toggle: false });
    expect(usb.read(at(2, EP.status), 1)).toBe(STATUS.dtglin);
    expect([...chip.lines]).toEqual([LINE.trcpt1]);
    expect(usb.in(0, 2)).toBe("nak");
  });

  it("stalls: STALLRQ1, until the next set-up packet", () => {
    attach(0, CONTROL);
    usb.write(at(0, EP.set), 1, STATUS.stallrq1);
    expect([usb.in(0, 0), usb.read(at(0, EP.flag), 1)]).toEqual(["stall", FLAG.stall1]);
    usb.setup(0, 0, new Uint8Array(8));
    expect(usb.in(0, 0)).toBe("nak");
  });

  it("answers only at its own address, once ADDEN assigns one", () => {
    attach(0, CONTROL);
    usb.write(0x0a, 1, 0x80 | 5);
    expect(usb.setup(0, 0, new Uint8Array(8))).toBe("none");
    expect(usb.setup(5, 0, new Uint8Array(8))).toBe("ack");
    usb.busReset();
    expect([usb.read(0x0a, 1), usb.read(at(0, EP.cfg), 1)]).toEqual([0, 0]);
  });

  it("keeps SUSPEND set while the bus is idle", () => {
    attach(0, CONTROL);
    usb.suspend();
    usb.write(0x1c, 2, INT.suspend);
    expect(usb.read(0x1c, 2) & INT.suspend).toBe(INT.suspend);
    usb.wakeUp();
    usb.write(0x1c, 2, INT.suspend);
    expect(usb.read(0x1c, 2) & (INT.suspend | INT.wakeup)).toBe(INT.wakeup);
  });

  it("drops pending data when a set-up packet arrives: BK1RDY", () => {
    attach(0, CONTROL);
    describeBanks(0, 4);
    usb.write(at(0, EP.set), 1, STATUS.bk1rdy);
    usb.setup(0, 0, new Uint8Array(8));
    expect(usb.read(at(0, EP.status), 1) & STATUS.bk1rdy).toBe(0);
    expect(usb.in(0, 0)).toBe("nak");
  });

  it("sends a BYTE_COUNT above the packet size as several packets, and TRCPT1 comes with the last", () => {
    attach(2, BULK);
    describeBanks(2, 153);
    const bytes = Buffer.from(Array.from({ length: 153 }, (_, n) => n));
    bytes.copy(chip.ram, BUFFER.in);
    usb.write(at(2, EP.set), 1, STATUS.bk1rdy);
    const packets = [0, 1, 2].map(() => {
      const flags = usb.read(at(2, EP.flag), 1);
      const reply = usb.in(0, 2);
      if (typeof reply === "string") throw new Error(reply);
      return { flags, ...reply };
    });
    expect(packets.map(({ data }) => data.length)).toEqual([64, 64, 25]);
    expect(packets.map(({ toggle }) => toggle)).toEqual([false, true, false]);
    expect(packets.map(({ flags }) => flags)).toEqual([0, 0, 0]);
    expect(Buffer.concat(packets.map(({ data }) => data))).toEqual(bytes);
    expect(usb.read(at(2, EP.flag), 1)).toBe(FLAG.trcpt1);
    expect((chip.ram.readUInt32LE(DESCRIPTORS + 84) >>> 14) & 0x3fff).toBe(153);
    expect(usb.in(0, 2)).toBe("nak");
  });

  it("accepts one packet if MULTI_PACKET_SIZE is 0", () => {
    attach(2, BULK);
    chip.ram.writeUInt32LE(3 << 28, DESCRIPTORS + 68);
    expect(usb.out(0, 2, Buffer.alloc(64, 7), false)).toBe("ack");
    expect(chip.ram.readUInt32LE(DESCRIPTORS + 68)).toBe((3 << 28) | 64);
    usb.write(at(2, EP.clear), 1, STATUS.bk0rdy);
    expect(() => usb.out(0, 2, Buffer.alloc(65), true)).toThrow("65 bytes for 64");
  });

  it("stops at unaligned buffers, and at bytes that have already been sent", () => {
    attach(2, BULK);
    chip.ram.writeUInt32LE(BUFFER.out + 2, DESCRIPTORS + 64);
    expect(() => usb.out(0, 2, Buffer.from("x"), false)).toThrow(UsbMisuse);
    describeBanks(2, (4 << 14) | 4);
    usb.write(at(2, EP.set), 1, STATUS.bk1rdy);
    expect(() => usb.in(0, 2)).toThrow("4 of 4 bytes are sent already");
  });
});
