import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { COMMAND, hashOf, padProgram, Upload, type UploadStep } from "../../server/updates/upload";

/** A simulated device that stores the program it receives. */
class Store {
  program = Buffer.alloc(0);
  private length = 0;
  private isWhole = false;

  answer(message: Buffer): Buffer {
    const body = message.subarray(1);
    switch (message[0] as number) {
      case COMMAND.hash:
        return Buffer.concat([
          Buffer.of(COMMAND.hash),
          Buffer.from(this.isWhole ? hashOf(this.program) : "00".repeat(32), "hex"),
        ]);
      case COMMAND.start:
        this.length = body.readUInt32LE(0);
        this.program = Buffer.alloc(0);
        this.isWhole = false;
        return Buffer.of(COMMAND.start);
      case COMMAND.write:
        expect(body.length % 32).toBe(0);
        this.program = Buffer.concat([this.program, body]);
        return Buffer.of(COMMAND.write);
      default:
        expect(message).toEqual(Buffer.of(COMMAND.finish));
        this.isWhole = this.program.length === this.length;
        return Buffer.of(this.isWhole ? COMMAND.finish : COMMAND.error);
    }
  }
}

function run(
  program: Buffer,
  store: Store,
  damage = (message: Buffer) => message,
): UploadStep["outcome"] {
  const upload = new Upload(program);
  const queue = upload.first().send;
  for (let i = 0; i < 10_000; i++) {
    const message = queue.shift();
    if (!message) return undefined;
    // Log and ping messages arrive between the answers.
    expect(upload.next(Buffer.of(COMMAND.log, 65))).toEqual({ send: [] });
    const { send, outcome } = upload.next(store.answer(damage(message)));
    if (outcome !== undefined) return outcome;
    queue.push(...send);
  }
  throw new Error("no end");
}

it("pads a program to whole blocks, and does not pad one of whole blocks", () => {
  expect(padProgram(Buffer.of(1, 2)).length).toBe(32);
  expect(padProgram(randomBytes(64)).length).toBe(64);
  expect(padProgram(Buffer.of(1, 2)).subarray(0, 3)).toEqual(Buffer.of(1, 2, 0));
});

it.each([32, 224, 256, 31_872])("sends %i bytes completely", (length) => {
  const store = new Store();
  const program = randomBytes(length);
  expect(run(program, store)).toBe("stored");
  expect(store.program).toEqual(program);
  // If the device has already stored the program, the program is not sent again.
  const again = new Upload(program);
  const [question = Buffer.alloc(0)] = again.first().send;
  expect(again.next(store.answer(question))).toEqual({ send: [], outcome: "stored" });
});

it("detects by the hash that the stored program differs from the sent one", () => {
  const outcome = run(randomBytes(640), new Store(), (message) => {
    if (message[0] === COMMAND.write) message[7] = (message[7] ?? 0) ^ 1;
    return message;
  });
  expect(outcome).toMatchObject({
    why: expect.stringMatching(/^expected .* hash .*, got /) as string,
  });
});

it("ends if the device refuses, and reports where", () => {
  const error = Buffer.of(COMMAND.error);
  const upload = new Upload(randomBytes(640));
  const why = (text: string) => ({
    send: [],
    outcome: { why: `the device refused the program ${text}` },
  });
  expect(upload.next(error)).toEqual(why("before its first byte"));
  upload.next(Buffer.concat([Buffer.of(COMMAND.hash), Buffer.alloc(32)]));
  upload.next(Buffer.of(COMMAND.start));
  upload.next(Buffer.of(COMMAND.write));
  expect(upload.next(error)).toEqual(why("after 224 bytes"));
  upload.next(Buffer.of(COMMAND.write));
  upload.next(Buffer.of(COMMAND.write));
  expect(upload.next(error)).toEqual(why("at its end"));
});

it("answers the pings of the device", () => {
  expect(new Upload(randomBytes(32)).next(Buffer.of(COMMAND.pingServer))).toEqual({
    send: [Buffer.of(COMMAND.pingServer)],
  });
});
