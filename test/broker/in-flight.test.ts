import { beforeEach, describe, expect, it } from "vitest";
import { type Delivery, InFlight } from "../../server/broker/in-flight";
import { Message } from "../../server/broker/message";

const MAX_ID = 65_535;

describe("the messages in flight to a client", () => {
  let inFlight: InFlight;
  let number: number;

  beforeEach(() => {
    inFlight = new InFlight();
    number = 0;
  });

  function delivery(qos: 1 | 2, id = 0, released = false): Delivery {
    const message = new Message("t", Buffer.from("x"), qos);
    return { number: ++number, message, qos, retained: false, id, released };
  }

  function add(qos: 1 | 2): Delivery {
    const added = delivery(qos);
    inFlight.add(added);
    return added;
  }

  const ids = (deliveries: Delivery[]) => deliveries.map(({ id }) => id);

  it("have ids from 1 to 65535, each for one message until the end of its exchange", () => {
    const [first, second] = [add(1), add(2)];
    expect(ids([first, second])).toEqual([1, 2]);
    inFlight.restore(delivery(1, MAX_ID - 1));
    inFlight.taken(2);
    expect(ids([add(1), add(1), add(1)])).toEqual([MAX_ID, 3, 4]);
    inFlight.restore(delivery(1, MAX_ID));
    expect(inFlight.acknowledged(1)).toBe(first);
    expect(inFlight.completed(2)).toBe(second);
    expect(ids([add(1), add(1), add(1)])).toEqual([1, 2, 5]);
  });

  it("end with PUBACK at QoS 1, and with PUBREC and PUBCOMP at QoS 2", () => {
    const [one, two] = [add(1), add(2)];
    expect([inFlight.acknowledged(two.id), inFlight.taken(one.id)]).toEqual([undefined, undefined]);
    expect([inFlight.needsPuback(one.id), inFlight.needsPuback(two.id)]).toEqual([true, false]);
    expect(inFlight.completed(two.id)).toBeUndefined();
    expect(inFlight.acknowledged(one.id)).toBe(one);
    expect(inFlight.taken(two.id)).toBe(two);
    expect([two.released, inFlight.size]).toEqual([true, 1]);
    expect(inFlight.completed(two.id)).toBe(two);
    expect(inFlight.size).toBe(0);
  });

  it("give no second message for a repeated or unknown acknowledgement", () => {
    for (const qos of [1, 2] as const) add(qos);
    for (let time = 0; time < 2; time++) {
      const expected = time === 0 ? (expect.anything() as unknown) : undefined;
      expect(inFlight.acknowledged(1)).toEqual(expected);
      expect(inFlight.taken(2)).toEqual(expected);
      expect(inFlight.completed(9)).toBeUndefined();
    }
    expect([inFlight.needsPuback(1), inFlight.needsPuback(9)]).toEqual([false, false]);
  });

  it("are resent in the order sent, each PUBREL in the order of the PUBRECs", () => {
    for (const qos of [2, 1, 2, 1, 2] as const) add(qos);
    for (const id of [5, 1]) inFlight.taken(id);
    expect(ids(inFlight.halfDone())).toEqual([5, 1]);
    expect(ids(inFlight.unacknowledged())).toEqual([2, 3, 4]);
  });

  it("keep their ids in the store, and no later message gets one of these ids", () => {
    inFlight.restore(delivery(2, 4, true));
    inFlight.restore(delivery(1, 7));
    expect(ids(inFlight.halfDone())).toEqual([4]);
    expect(ids(inFlight.unacknowledged())).toEqual([7]);
    expect(add(1).id).toBe(8);
  });

  it("are at most 100; a discarded or completed message makes room", () => {
    const sent = Array.from({ length: 100 }, () => add(2));
    expect(inFlight.isFull).toBe(true);
    inFlight.discard(sent[0] as Delivery);
    expect([inFlight.isFull, inFlight.taken(1)]).toEqual([false, undefined]);
    add(2);
    expect(inFlight.taken(2)).toBe(sent[1]);
    expect(inFlight.isFull).toBe(true);
    inFlight.completed(2);
    expect(inFlight.isFull).toBe(false);
  });
});
