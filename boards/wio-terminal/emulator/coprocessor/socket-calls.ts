/** The calls of service 16 that concern one socket, with their arguments and replies. */
import { binary, type CodecReader, i32, u32 } from "./codec";
import type { Sockets } from "./sockets";

const SOCKET_CALLS = [
  "socket",
  "getSocketOption",
  "setSocketOption",
  "fcntl",
  "select",
  "connect",
  "send",
  "receive",
  "close",
  "errno",
] as const;
export type SocketCall = (typeof SOCKET_CALLS)[number];

const F_GETFL = 3;
const F_SETFL = 4;

export function isSocketCall(name: string): name is SocketCall {
  return SOCKET_CALLS.includes(name as SocketCall);
}

/** @param joined whether the station is in a Wi-Fi network */
export async function callSocket(
  sockets: Sockets,
  name: SocketCall,
  args: CodecReader,
  joined: boolean,
): Promise<Buffer> {
  switch (name) {
    case "socket":
      return i32(sockets.create());
    case "setSocketOption":
      return i32(0);
    case "getSocketOption": {
      const [handle, level, option] = [args.i32(), args.i32(), args.i32()];
      const [room, length] = [args.binary(), args.u32()];
      const { result, value } = sockets.option(handle, level, option);
      // The firmware returns as many bytes as the request had, and leaves the length unchanged.
      const bytes = Buffer.concat([i32(value), room]).subarray(0, room.length);
      return Buffer.concat([binary(bytes), u32(length), i32(result)]);
    }
    case "fcntl": {
      const [handle, command, value] = [args.i32(), args.i32(), args.i32()];
      if (command === F_GETFL) return i32(sockets.flags(handle));
      return i32(command === F_SETFL ? sockets.setFlags(handle, value) : sockets.notImplemented());
    }
    case "select": {
      const limit = args.i32();
      const [read, write, , timeout] = [1, 2, 3, 4].map(() => args.nullableBinary());
      const ms = timeout === null ? Infinity : millisecondsOf(timeout ?? Buffer.alloc(0));
      return i32(await sockets.select(handlesIn(read, limit), handlesIn(write, limit), ms));
    }
    case "connect": {
      const [handle, address] = [args.i32(), args.binary()];
      const ip = [...address.subarray(4, 8)].join(".");
      if (!joined) return i32(sockets.unreachable());
      return i32(await sockets.connect(handle, ip, address.readUInt16BE(2)));
    }
    case "send":
      return i32(sockets.send(args.i32(), args.binary()));
    case "receive": {
      const [handle, length] = [args.i32(), args.u32()];
      const { result, bytes } = sockets.receive(handle, length);
      return Buffer.concat([binary(bytes), i32(result)]);
    }
    case "close":
      return i32(sockets.close(args.i32()));
    case "errno":
      return i32(sockets.errno);
  }
}

/** Handles in an `fd_set`: one bit for each socket, the first in bit 0 of the first byte. */
function handlesIn(set: Buffer | null | undefined, limit: number): number[] {
  const bits = set ?? Buffer.alloc(0);
  const handles = Array.from({ length: Math.min(limit, 8 * bits.length) }, (_, handle) => handle);
  return handles.filter((handle) => ((bits[handle >> 3] ?? 0) >> (handle & 7)) & 1);
}

/** Converts a `timeval`: two 32-bit words, or 64 bits for the seconds with newer compilers. */
function millisecondsOf(timeval: Buffer): number {
  const wide = timeval.length >= 12;
  return timeval.readInt32LE(0) * 1000 + timeval.readInt32LE(wide ? 8 : 4) / 1000;
}
