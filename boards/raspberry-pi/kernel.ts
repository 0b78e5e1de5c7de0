import { getSystemErrorName } from "node:util";
import { UserError } from "../../server/base/user-error";
import type { PointerBytes } from "./abi";

/** The C library's ioctl, for which Node has no function. */
export interface Kernel {
  pointerBytes: PointerBytes;
  /** The address of a buffer's bytes, valid while the buffer is referenced. */
  addressOf: (buffer: Uint8Array) => bigint;
  /**
   * Calls ioctl. For requests that the kernel answers at once.
   * @throws Error with the `code` of errno(3)
   */
  ioctl(file: number, request: number, data: Uint8Array): void;
  /**
   * Calls ioctl in a separate thread. For requests that may take time.
   * @param pointedTo the buffers to which `data` points; they are referenced until the call ends
   */
  ioctlAsync(
    file: number,
    request: number,
    data: Uint8Array,
    pointedTo: readonly Uint8Array[],
  ): Promise<void>;
}

/** @throws UserError if this is no Linux, or the optional package is missing */
export async function loadKernel(): Promise<Kernel> {
  if (process.platform !== "linux")
    throw new UserError(
      `a Raspberry Pi's pins: expected Linux, got ${process.platform}; without a Pi, npm start simulates one`,
    );
  const koffi = await import("koffi").then(
    (module) => module.default,
    () => {
      throw new UserError("koffi is not installed: run npm ci, with optional packages");
    },
  );
  const ioctl = koffi.load(null).func("int ioctl(int, unsigned long, void *)");
  const inUse = new Set<readonly Uint8Array[]>();
  const failed = () => {
    const code = getSystemErrorName(-koffi.errno());
    return Object.assign(new Error(`${code}: ioctl`), { code });
  };
  return {
    pointerBytes: koffi.sizeof("void *") === 8 ? 8 : 4,
    addressOf: (buffer) => koffi.address(buffer),
    ioctl(file, request, data) {
      if (ioctl(file, request, data) < 0) throw failed();
    },
    ioctlAsync: (file, request, data, pointedTo) =>
      new Promise((resolve, reject) => {
        const used = [data, ...pointedTo];
        inUse.add(used);
        ioctl.async(file, request, data, (error: Error | null, result: number) => {
          inUse.delete(used);
          // errno is still that of this call, but only until this callback returns.
          if (error ?? result < 0) reject(error ?? failed());
          else resolve();
        });
      }),
  };
}
