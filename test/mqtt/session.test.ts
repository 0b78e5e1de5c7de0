import { beforeEach, describe, expect, it } from "vitest";
import { PUBACK, PUBCOMP, PUBREC } from "../../src/mqtt/packet";
import {
  type Flight,
  HANDLED,
  MAX_FLIGHT_BYTES,
  MAX_FLIGHTS,
  MAX_PUBLISH_ID,
  MAX_RECEIVED,
  NEW,
  PENDING,
  Session,
  TOO_MANY,
} from "../../src/mqtt/session";
import { MAX_SUBSCRIPTIONS, Subscriptions } from "../../src/mqtt/subscriptions";

let ended: Flight[];
let session: Session;

beforeEach(() => {
  ended = [];
  session = new Session(0, (flight) => ended.push(flight));
  session.connected(false);
});

const add = (qos: 1 | 2 = 1, size = 1) => session.add("t", Buffer.alloc(size), qos, false);
const hex = () => session.unsent()?.toString("hex");
function sendAll(): void {
  while (session.unsent());
}

describe("packet ids", () => {
  it("wrap around, and skip zero, ids in use, and those of subscriptions", () => {
    session = new Session(MAX_PUBLISH_ID - 1, () => undefined);
    expect([add().id, add().id, add().id]).toEqual([MAX_PUBLISH_ID, 1, 2]);
    session = new Session(0, () => undefined);
    const kept = add();
    for (let i = 1; i < MAX_PUBLISH_ID; i++) session.withdraw(add());
    expect([kept.id, add().id]).toEqual([1, 2]);
    const subscriptions = new Subscriptions();
    const subscription = subscriptions.set("a", 1, undefined);
    for (let i = 0; i < 600; i++) {
      const id = subscriptions.ask(subscription);
      expect(id > MAX_PUBLISH_ID && id <= 65535).toBe(true);
    }
  });
});

describe("messages in flight", () => {
  it("are limited in number and in bytes", () => {
    for (let i = 0; i < MAX_FLIGHTS; i++) {
      expect(session.hasRoom(10)).toBe(true);
      add();
    }
    expect(session.hasRoom(10)).toBe(false);
    session.abort("over");
    add(1, MAX_FLIGHT_BYTES - 100);
    expect([session.hasRoom(10), session.hasRoom(200)]).toEqual([true, false]);
    session.abort("over");
    // A single message may be larger than the limit, because it could never be sent otherwise.
    expect(session.hasRoom(MAX_FLIGHT_BYTES * 2)).toBe(true);
  });

  it("are sent once per connection, in order, with DUP from the second time", () => {
    add(1);
    add(2);
    expect([hex(), hex(), hex()]).toEqual(["3206000174000100", "3406000174000200", undefined]);
    session.connected(true);
    expect([hex(), hex(), hex()]).toEqual(["3a06000174000100", "3c06000174000200", undefined]);
  });

  it("carry no DUP if the connection broke before they were sent", () => {
    add(1);
    session.connected(true);
    expect(hex()).toBe("3206000174000100");
  });

  it("end only at PUBACK, or at PUBREC and PUBCOMP", () => {
    const one = add(1);
    const two = add(2);
    sendAll();
    expect(session.acknowledged(PUBREC, one.id)).toBe(false);
    expect(session.acknowledged(PUBCOMP, two.id)).toBe(false);
    expect(session.acknowledged(PUBACK, two.id)).toBe(false);
    expect(session.acknowledged(PUBACK, 99)).toBe(false);
    expect(ended).toEqual([]);
    expect(session.acknowledged(PUBACK, one.id)).toBe(true);
    expect(session.acknowledged(PUBREC, two.id)).toBe(true);
    expect(hex()).toBe("62020002");
    expect(session.acknowledged(PUBCOMP, two.id)).toBe(true);
    expect(session.acknowledged(PUBCOMP, two.id)).toBe(false);
    expect(ended.map(({ done }) => done)).toEqual([true, true]);
    expect(session.flights).toHaveLength(0);
  });

  it("at QoS 2 continue after a timeout once they were sent", () => {
    const unsent = add(2);
    session.withdraw(unsent);
    const sent = add(2);
    sendAll();
    session.withdraw(sent);
    expect(session.flights).toEqual([sent]);
  });

  it("survive the loss of the session at QoS 1 and before sending; at QoS 2 they fail", () => {
    const one = add(1);
    const two = add(2);
    sendAll();
    const later = add(2);
    session.connected(false);
    expect(session.flights).toEqual([one, later]);
    expect(ended).toEqual([two]);
    expect([two.done, two.error]).toEqual([false, "session lost"]);
  });
});

describe("messages received at QoS 2", () => {
  it("are new once, until they are released", () => {
    expect([session.receive(7), session.receive(7)]).toEqual([NEW, PENDING]);
    session.handled(7);
    expect(session.receive(7)).toBe(HANDLED);
    session.connected(true);
    expect(session.receive(7)).toBe(HANDLED);
    session.released(7);
    expect(session.receive(7)).toBe(NEW);
    session.connected(false);
    expect(session.receive(7)).toBe(NEW);
  });

  it("are limited in number", () => {
    for (let id = 1; id <= MAX_RECEIVED; id++) expect(session.receive(id)).toBe(NEW);
    expect(session.receive(MAX_RECEIVED + 1)).toBe(TOO_MANY);
    session.released(1);
    expect(session.receive(MAX_RECEIVED + 1)).toBe(NEW);
  });
});

describe("subscriptions", () => {
  const handler = () => Promise.resolve();

  it("are requested again if the session was lost or the answer never arrived", () => {
    const subscriptions = new Subscriptions();
    const a = subscriptions.set("a", 1, handler);
    const b = subscriptions.set("b", 1, handler);
    subscriptions.answered(subscriptions.ask(a), 1);
    subscriptions.ask(b);
    expect(subscriptions.connected(true)).toEqual([b]);
    expect(subscriptions.connected(false)).toEqual([a, b]);
  });

  it("are unsubscribed in a session that still exists, and dropped with a lost one", () => {
    const subscriptions = new Subscriptions();
    const a = subscriptions.set("a", 1, handler);
    subscriptions.answered(subscriptions.ask(a), 1);
    subscriptions.set("a", 0, undefined);
    expect(subscriptions.connected(true)).toEqual([a]);
    subscriptions.answered(subscriptions.ask(a), 0);
    expect(subscriptions.list).toEqual([]);
    subscriptions.set("a", 0, undefined);
    expect(subscriptions.connected(false)).toEqual([]);
    expect(subscriptions.list).toEqual([]);
  });

  it("exist once per filter, and are limited in number", () => {
    const subscriptions = new Subscriptions();
    for (let i = 0; i < MAX_SUBSCRIPTIONS; i++) subscriptions.set(`${i}`, 1, handler);
    subscriptions.set("0", 2, handler);
    expect(() => subscriptions.set("more", 1, handler)).toThrow("too many subscriptions");
    expect(subscriptions.list[0]?.qos).toBe(2);
  });
});
