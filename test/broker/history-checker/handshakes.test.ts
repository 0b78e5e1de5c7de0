import type { Packet } from "mqtt-packet";
import { beforeEach, describe, expect, it } from "vitest";
import type { Message } from "../../support/history/events";
import { Handshakes } from "../../support/history/handshakes";
import { Recorder } from "../../support/history/recorder";

describe("the handshakes of a client's own messages", () => {
  let recorder: Recorder;
  let handshakes: Handshakes;

  beforeEach(() => {
    recorder = new Recorder();
    handshakes = new Handshakes(recorder);
  });

  function begin(qos: 1 | 2, messageId: number): Message {
    const message = { topic: "a", payload: recorder.nextPayload(), qos, retain: false };
    handshakes.begin(1, message, messageId);
    return message;
  }

  const sent = (packets: Packet[]) => packets.map(({ cmd, messageId }) => [cmd, messageId]);
  const types = () => recorder.events.map(({ type }) => type);

  it("end with PUBACK at QoS 1, and with PUBREC, PUBREL and PUBCOMP at QoS 2", () => {
    begin(1, 7);
    expect(handshakes.acknowledged(1, "puback", 7)).toEqual([]);
    begin(2, 8);
    expect(handshakes.acknowledged(1, "pubrec", 8)).toEqual([{ cmd: "pubrel", messageId: 8 }]);
    expect(handshakes.has(8)).toBe(true);
    expect(handshakes.acknowledged(1, "pubcomp", 8)).toEqual([]);
    expect([handshakes.has(7), handshakes.has(8), handshakes.size]).toEqual([false, false, 0]);
    expect(types()).toEqual(["publish", "answer", "publish", "answer", "release", "answer"]);
    expect(recorder.events.at(-1)).toMatchObject({ answer: "pubcomp", to: 4 });
  });

  it.each(["puback", "pubrec", "pubcomp"] as const)("expect no %s out of turn", (answer) => {
    begin(1, 1);
    begin(2, 2);
    begin(2, 3);
    handshakes.acknowledged(1, "pubrec", 3);
    const expected = { puback: 1, pubrec: 2, pubcomp: 3 }[answer];
    const before = recorder.events.length;
    for (const messageId of [1, 2, 3, 4].filter((one) => one !== expected))
      expect(handshakes.acknowledged(1, answer, messageId)).toBeUndefined();
    expect(recorder.events).toHaveLength(before);
    expect(handshakes.acknowledged(1, answer, expected)).toBeDefined();
  });

  it("resume in order on a new connection: PUBLISH with DUP, or PUBREL after PUBREC", () => {
    const [first] = [begin(1, 5), begin(2, 3), begin(2, 9)];
    handshakes.acknowledged(1, "pubrec", 3);
    const packets = handshakes.resume(2);
    expect(sent(packets)).toEqual([
      ["publish", 5],
      ["pubrel", 3],
      ["publish", 9],
    ]);
    expect(packets[0]).toMatchObject({ ...first, dup: true });
    expect(recorder.events.slice(-3)).toMatchObject([
      { type: "publish", connection: 2, of: 0 },
      { type: "release", connection: 2, of: 1 },
      { type: "publish", connection: 2, of: 2 },
    ]);
  });

  it("are forgotten with the session", () => {
    begin(1, 5);
    handshakes.clear();
    expect([handshakes.size, handshakes.resume(2)]).toEqual([0, []]);
  });
});
