/** Known cases in which a broker does not keep a statement, and its actual behaviour. */
import type { Case } from "./scene";

export type BrokerName = "the embedded broker" | "Mosquitto 2.0.11";

/** The brokers under test. */
export const BROKERS: BrokerName[] = ["the embedded broker", "Mosquitto 2.0.11"];

export interface Departure {
  broker: BrokerName;
  statement: string;
  /**
   * The start of the names of the tests that show the departure. If undefined, all tests of the
   * statement show it.
   */
  test?: string;
  /** Part of the failing test's message. */
  shows: string;
  /** The reason for the departure, shown in docs/conformance.md. */
  because: string;
}

const ANSWERED = "expected the end of the connection, got d0 00";

const MOSQUITTO: Omit<Departure, "broker">[] = [
  {
    statement: "2.2.2-2",
    test: "PINGREQ",
    shows: ANSWERED,
    because: "the flags of PINGREQ are not checked",
  },
  {
    statement: "2.2.2-2",
    test: "PUBACK",
    shows: ANSWERED,
    because: "the flags of PUBACK are not checked",
  },
  {
    statement: "2.2.2-2",
    test: "PUBREC",
    shows: "expected the end of the connection, got 62 02",
    because: "the flags of PUBREC are not checked",
  },
  {
    statement: "2.2.2-2",
    test: "PUBCOMP",
    shows: ANSWERED,
    because: "the flags of PUBCOMP are not checked",
  },
  {
    statement: "3.1.2-8",
    test: "the will of a client that is taken over, with CleanSession 0",
    shows: ", got 32 ",
    because: "if a client takes over its own kept session, the will is discarded",
  },
  {
    statement: "3.3.5-1",
    test: "a message for subscriptions at QoS 0 and then 2",
    shows: "got copies at QoS 0",
    because:
      "one of several overlapping subscriptions sets the QoS, not the one with the highest QoS",
  },
  {
    statement: "3.3.5-1",
    test: "a message for subscriptions at QoS 1 and then 2",
    shows: "got copies at QoS 1",
    because:
      "one of several overlapping subscriptions sets the QoS, not the one with the highest QoS",
  },
  {
    statement: "4.3.3-2",
    test: "a PUBLISH that comes 3 times",
    shows: "expected 50 02 00 09, got the end of the connection",
    because: "the second repetition on a connection ends the connection",
  },
  ...["a SUBACK", "an UNSUBACK", "a PINGRESP"].map((test) => ({
    statement: "4.8.0-1",
    test,
    shows: ANSWERED,
    because: `${test} from a client is accepted`,
  })),
  {
    statement: "4.8.0-1",
    test: "a PUBACK that is too long",
    shows: ANSWERED,
    because: "bytes after the end of a PUBACK are accepted",
  },
  {
    statement: "4.8.0-1",
    test: "a PINGREQ with a body",
    shows: ANSWERED,
    because: "a PINGREQ with a body is accepted",
  },
  {
    statement: "6.0.0-1",
    test: "a text frame",
    shows: ANSWERED,
    because: "a text frame is treated as a binary one",
  },
];

export const DEPARTURES: Departure[] = MOSQUITTO.map((departure) => ({
  broker: "Mosquitto 2.0.11",
  ...departure,
}));

export function departureOf(broker: BrokerName, one: Case): Departure | undefined {
  return DEPARTURES.find(
    (departure) =>
      departure.broker === broker &&
      departure.statement === one.statement &&
      one.sees.startsWith(departure.test ?? ""),
  );
}
