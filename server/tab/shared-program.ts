import { MAX_SOURCE_BYTES } from "../base/tab-program";

/**
 * A program in a link, after the "#", which browsers do not send to the server. The program is
 * compressed (deflate, RFC 1951) and coded in URL-safe base64 (RFC 4648, section 5).
 */

const NAME = "#program=";

/**
 * Encodes a program.
 * @returns the fragment to append to the page's URL
 */
export async function fragmentOf(source: string): Promise<string> {
  const packed = await through(
    new Blob([source]).stream(),
    new CompressionStream("deflate-raw"),
    Infinity,
  );
  const base64 = btoa(String.fromCharCode(...packed));
  return NAME + base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Whether a URL's fragment holds a program. */
export function holdsProgram(fragment: string): boolean {
  return fragment.startsWith(NAME);
}

/**
 * Decodes the program in a URL's fragment.
 * @param fragment must hold a program
 * @throws Error with a message for the user if the program is damaged or too long
 */
export async function programIn(fragment: string): Promise<string> {
  const base64 = fragment.slice(NAME.length).replaceAll("-", "+").replaceAll("_", "/");
  let bytes: Uint8Array;
  try {
    const packed = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const unpacked = new DecompressionStream("deflate-raw");
    bytes = await through(new Blob([packed]).stream(), unpacked, MAX_SOURCE_BYTES);
  } catch (error) {
    if (error instanceof TooLong) throw error;
    throw new Error("The program in the link is damaged: was the whole link copied?");
  }
  return new TextDecoder().decode(bytes);
}

class TooLong extends Error {
  constructor() {
    super(`The program in the link is too long: expected at most ${MAX_SOURCE_BYTES} bytes.`);
  }
}

/**
 * Compresses or decompresses a stream, up to a limit: a short link may expand to a very long text.
 * @throws TooLong
 */
async function through(
  stream: ReadableStream<Uint8Array>,
  change: CompressionStream | DecompressionStream,
  maxBytes: number,
): Promise<Uint8Array> {
  const reader = stream.pipeThrough<Uint8Array>(change).getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new TooLong();
    }
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
