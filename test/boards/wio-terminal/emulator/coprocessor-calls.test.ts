/**
 * Calls that Arduino's libraries make but this project's firmware does not: Seeed_Arduino_rpcWiFi,
 * `WiFiClient.cpp` and `WiFiGeneric.cpp`. Signatures: seeed-ambd-firmware,
 * `erpc_idl/rpc_wifi_lwip.erpc`.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  binary,
  i32,
  nullableBinary,
  readCall,
  text,
  u32,
  writeMessage,
} from "../../../../boards/wio-terminal/emulator/coprocessor/codec";
import { Coprocessor } from "../../../../boards/wio-terminal/emulator/coprocessor/coprocessor";
import { FrameReader, toFrame } from "../../../../boards/wio-terminal/emulator/coprocessor/frame";
import { until } from "../../../support/until";

const LWIP = 16;
const FUNCTION = { getsockopt: 6, connect: 9, socket: 18, select: 21, fcntl: 23, errno: 24 };
const DNS_GETHOSTBYNAME_ADDRTYPE = 26;
const F = { getfl: 3, setfl: 4 } as const;
const O_NONBLOCK = 1;
const SOL_SOCKET = 0xfff;
const SO_ERROR = 0x1007;
const REPLY = 2;
const ERR_INPROGRESS = -5;

let messages: Buffer[];
let sequence: number;
let coprocessor: Coprocessor;

/** @returns the reply's content */
async function call(service: number, functionId: number, ...args: Buffer[]): Promise<Buffer> {
  const number = (sequence += 1);
  coprocessor.receive(toFrame(writeMessage(0, service, functionId, number, Buffer.concat(args))));
  const find = (): Buffer | undefined =>
    messages.find((message) => message[0] === REPLY && message.readUInt32LE(4) === number);
  await until(`the reply of function ${functionId}`, () => find() !== undefined);
  return find()?.subarray(8) ?? Buffer.alloc(0);
}

async function lwip(functionId: number, ...args: Buffer[]): Promise<number> {
  return (await call(LWIP, functionId, ...args)).subarray(-4).readInt32LE();
}

beforeEach(async () => {
  messages = [];
  sequence = 100;
  const reader = new FrameReader();
  const hosts = { "broker.home": "10.0.2.7" };
  coprocessor = new Coprocessor({ ssid: "x", hosts }, (bytes) =>
    messages.push(...reader.push(bytes)),
  );
  coprocessor.setPower(true);
  await call(14, 27, u32(1));
  await call(14, 1, text("x"), Buffer.from([1]), u32(0), i32(-1), u32(0));
});
afterEach(() => coprocessor.setPower(false));

describe("fcntl (lwIP 2.0.2, lwip_fcntl)", () => {
  const fcntl = async (command: number, value: number): Promise<number> =>
    await lwip(FUNCTION.fcntl, i32(0), i32(command), i32(value));
  beforeEach(async () => {
    await lwip(FUNCTION.socket, i32(2), i32(1), i32(0));
  });

  it("returns by F_GETFL what F_SETFL set: O_NONBLOCK, and 0 again", async () => {
    expect(await fcntl(F.getfl, 0)).toBe(0);
    expect(await fcntl(F.setfl, O_NONBLOCK)).toBe(0);
    expect(await fcntl(F.getfl, 0)).toBe(O_NONBLOCK);
    expect(await fcntl(F.setfl, 0)).toBe(0);
    expect(await fcntl(F.getfl, 0)).toBe(0);
  });

  it.each([
    ["another flag", F.setfl, 2],
    ["another command", 1, 0],
  ])("refuses %s: ENOSYS", async (_what, command, value) => {
    expect([await fcntl(command, value), await lwip(FUNCTION.errno)]).toEqual([-1, 38]);
  });
});

describe("select and getsockopt", () => {
  const NONE = nullableBinary(null);
  const FIRST_SOCKET = nullableBinary(Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
  const timeval = (ms: number): Buffer =>
    nullableBinary(Buffer.concat([i32(Math.floor(ms / 1000)), i32((ms % 1000) * 1000)]));
  const select = async (read: Buffer, write: Buffer, timeout: Buffer): Promise<number> =>
    await lwip(FUNCTION.select, i32(1), read, write, NONE, timeout);
  let server: Server;
  let peers: Socket[];

  const connect = async (): Promise<number> => {
    const { port } = server.address() as AddressInfo;
    const head = [16, 2, port >> 8, port & 0xff, 127, 0, 0, 1];
    await lwip(FUNCTION.socket, i32(2), i32(1), i32(0));
    const address = Buffer.from([...head, ...Buffer.alloc(8)]);
    return await lwip(FUNCTION.connect, i32(0), binary(address), u32(16));
  };

  beforeEach(async () => {
    peers = [];
    server = createServer((peer) => peers.push(peer.on("error", () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    for (const peer of peers) peer.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("report that an open connection is writable, and has no error", async () => {
    expect(await connect()).toBe(0);
    expect(await select(NONE, FIRST_SOCKET, NONE)).toBe(1);
    const room = Buffer.alloc(4, 0x55);
    const args = [i32(0), i32(SOL_SOCKET), i32(SO_ERROR), binary(room), u32(4)];
    const reply = await call(LWIP, FUNCTION.getsockopt, ...args);
    expect(reply).toEqual(Buffer.concat([binary(i32(0)), u32(4), i32(0)]));
  });

  it("wait for bytes until they arrive, but no longer than the given time", async () => {
    await connect();
    const beganMs = performance.now();
    expect(await select(FIRST_SOCKET, NONE, timeval(30))).toBe(0);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(29);
    const waiting = select(FIRST_SOCKET, NONE, NONE);
    await until("the peer", () => peers.length === 1);
    peers[0]?.write("hello");
    expect(await waiting).toBe(1);
  });

  it("return by SO_ERROR, once, why a connection ended", async () => {
    await connect();
    await until("the peer", () => peers.length === 1);
    peers[0]?.resetAndDestroy();
    expect(await select(FIRST_SOCKET, NONE, NONE)).toBe(1);
    const read = async (): Promise<number | undefined> => {
      const args = [i32(0), i32(SOL_SOCKET), i32(SO_ERROR), binary(Buffer.alloc(4)), u32(4)];
      return (await call(LWIP, FUNCTION.getsockopt, ...args)).readInt32LE(4);
    };
    expect([await read(), await read()]).toEqual([104, 0]);
  });

  it("refuse a missing socket, and an option without a model", async () => {
    expect(await select(NONE, FIRST_SOCKET, NONE)).toBe(-1);
    expect(await lwip(FUNCTION.errno)).toBe(9);
    await connect();
    const args = [i32(0), i32(SOL_SOCKET), i32(8), binary(Buffer.alloc(4)), u32(4)];
    expect(await lwip(FUNCTION.getsockopt, ...args)).toBe(-1);
    expect(await lwip(FUNCTION.errno)).toBe(92);
  });
});

describe("dns_gethostbyname_addrtype, which answers by a callback", () => {
  const ARGUMENT = Buffer.from("01020304aabbccdd", "hex");
  const CALLBACKS = 19;
  const ask = async (host: string): Promise<number | undefined> => {
    const args = [text(host), u32(0x4321), nullableBinary(ARGUMENT), Buffer.from([0])];
    return (await call(LWIP, DNS_GETHOSTBYNAME_ADDRTYPE, ...args)).readInt8(8);
  };
  const callbacks = () =>
    messages.filter((message) => message[0] === 0 && message[2] === CALLBACKS).map(readCall);

  it.each([
    ["broker.home", [10, 0, 2, 7]],
    ["nobody.home", [0, 0, 0, 0]],
  ])("returns ERR_INPROGRESS, then sends the address of %s by dns_found", async (host, address) => {
    expect(await ask(host)).toBe(ERR_INPROGRESS);
    await until("the callback", () => callbacks().length === 1);
    const [{ functionId, args } = { functionId: 0, args: readCall(Buffer.alloc(8)).args }] =
      callbacks();
    expect(functionId).toBe(2);
    expect([args.text(), [...args.binary()], args.nullableBinary()]).toEqual([
      host,
      address,
      ARGUMENT,
    ]);
    expect(messages.findIndex((message) => message[2] === CALLBACKS && message[0] === 0)).toBe(
      messages.length - 1,
    );
  });

  it("answers for an address in digits immediately: the callback comes before the reply", async () => {
    expect(await ask("10.1.2.3")).toBe(0);
    const [found] = callbacks();
    expect(found?.args.text()).toBe("10.1.2.3");
    expect([...(found?.args.binary() ?? [])]).toEqual([10, 1, 2, 3]);
  });
});

it("an unknown call gets no reply, and fails the test", async () => {
  const unknown: number[][] = [];
  coprocessor.onUnknownCall = (...which) => unknown.push(which);
  coprocessor.receive(toFrame(writeMessage(0, 14, 99, 1, Buffer.alloc(0))));
  await call(1, 1);
  expect(unknown).toEqual([[14, 99]]);
  expect(messages.some((message) => message[0] === REPLY && message[1] === 99)).toBe(false);
});
