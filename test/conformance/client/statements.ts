/** Lists the tests which show that src/mqtt keeps the statements that bind a client. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";

/** A file below test/, and the title of a test as it is written in the source. */
export type ClientTest = [file: string, title: string];

const SESSIONS = "mqtt/faults/sessions.test.ts";
const SUBSCRIBING = "mqtt/faults/subscribing.test.ts";
const MESSAGES = "mqtt/faults/messages.test.ts";
const NONSENSE: ClientTest = [
  MESSAGES,
  "like ${what} ends the connection with a reason, and the next one works",
];
const IDS: ClientTest = [
  "mqtt/session.test.ts",
  "wrap around, and skip zero, ids in use, and those of subscriptions",
];
const FILTERS: ClientTest = [
  "mqtt/topic.test.ts",
  "allow wildcards only as whole levels, and # only as the last one",
];

/** Files in which each test's title begins with the number of a statement. */
const OWN = ["conformance/client/packets.test.ts", "conformance/client/connection.test.ts"];

/** Tests in other files that also show that a statement holds, by statement. */
export const ELSEWHERE: Record<string, ClientTest[]> = {
  "1.5.3-1": [NONSENSE, ["mqtt/topic.test.ts", "refuses bytes that are not UTF-8"]],
  "1.5.3-2": [NONSENSE],
  "2.3.1-1": [IDS],
  "2.3.1-2": [IDS],
  "2.3.1-3": [[SESSIONS, "at QoS 1 repeats the PUBLISH with its id and DUP"]],
  "2.3.1-6": [
    [SESSIONS, "are sent for an unknown PUBREC or PUBREL, so that the broker can finish"],
  ],
  "3.1.2-4": [
    [SESSIONS, "at QoS 1 repeats the PUBLISH with its id and DUP"],
    [SUBSCRIBING, "are renewed only if the broker has lost the session"],
  ],
  "3.1.2-23": [
    ["mqtt/timing.test.ts", "of ${intervalS} s pings in time and notices silence within 1.5 x"],
  ],
  "3.3.1-1": [
    [SESSIONS, "at QoS 1 repeats the PUBLISH with its id and DUP"],
    [SESSIONS, "at QoS 2 before PUBREC repeats the PUBLISH"],
  ],
  "3.3.1-4": [NONSENSE],
  "3.14.4-2": [
    [
      "mqtt/faults/connecting.test.ts",
      "is followed by DISCONNECT and nothing else when the client is stopped",
    ],
  ],
  "4.1.0-1": [
    [SESSIONS, "at QoS 2 after PUBREC repeats only the PUBREL"],
    [SUBSCRIBING, "at QoS 2 reaches the handler once, within a connection and across two"],
  ],
  "4.1.0-2": [["mqtt/session.test.ts", "are new once, until they are released"]],
  "4.3.3-1": [[SESSIONS, "at QoS 2 after PUBREC repeats only the PUBREL"]],
  "4.3.3-2": [
    [SUBSCRIBING, "at QoS 2 reaches the handler once, within a connection and across two"],
  ],
  "4.4.0-1": [
    [SESSIONS, "at QoS 1 repeats the PUBLISH with its id and DUP"],
    [SESSIONS, "at QoS 2 before PUBREC repeats the PUBLISH"],
    [SESSIONS, "at QoS 2 after PUBREC repeats only the PUBREL"],
    [SESSIONS, "fails after the timeout, and is not resent"],
  ],
  "4.6.0-1": [[SESSIONS, "resends messages in flight in their order, before any new message"]],
  "4.7.1-2": [FILTERS],
  "4.7.1-3": [FILTERS],
  "4.7.3-2": [FILTERS, ["mqtt/topic.test.ts", "allow no wildcard in a name"]],
  "4.8.0-1": [NONSENSE],
  "7.0.0-2": [["mqtt/brokers.test.ts", "carries messages at QoS ${qos} both ways"]],
  "7.1.2-1": [
    [MESSAGES, "of one byte are put together"],
    [MESSAGES, "that hold one packet and a half are split"],
  ],
};

/**
 * Statements from which the client departs, with the reason. The last test of the statement shows
 * the departure.
 */
export const CLIENT_DEPARTURES: Record<string, string> = {
  "4.4.0-1":
    "in part: after `ackTimeoutMs`, or `abandon()`, a QoS 1 message is not sent again, because the caller may have a newer one",
};

/** Statements that no test can show, with the reason. */
export const CLIENT_UNTESTABLE: Record<string, string> = {
  "4.8.0-2": "a temporary failure can't be caused from outside",
  "6.0.0-1": "the client has no WebSocket",
  "6.0.0-2": "the client has no WebSocket",
  "6.0.0-3": "the client has no WebSocket",
};

/** Returns the tests that prove a statement of the standard. */
export function clientTests(id: string): ClientTest[] {
  const own = OWN.flatMap((file) =>
    titlesIn(file)
      .filter((title) =>
        title
          .replace(/\].*/, "")
          .split(/[[, ]+/)
          .includes(`MQTT-${id}`),
      )
      .map((title): ClientTest => [file, title]),
  );
  return [...own, ...(ELSEWHERE[id] ?? [])];
}

/** Returns the titles of a file's tests, as written in its source. */
export function titlesIn(file: string): string[] {
  const source = readFileSync(join(ROOT, "test", file), "utf8");
  return [...source.matchAll(/^ *it\(\s*(["`])(.+?)\1,/gms)].map(([, , title = ""]) => title);
}
