import { format } from "prettier";
import { CLIENT_DEPARTURES, CLIENT_UNTESTABLE, clientTests } from "./client/statements";
import { type BrokerName, BROKERS, departureOf } from "./departures";
import { SERVER_CASES } from "./server";
import { type Statement, STATEMENTS, UNTESTABLE } from "./statements";

const HEAD = `# MQTT 3.1.1, statement by statement

This page lists the normative statements of
[MQTT 3.1.1](http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html), in this project's words, and the
tests that show whether each statement holds. A statement's number is that of the standard's appendix B. The name of a
test begins with the number of its statement. To run the tests of one statement:
\`npx vitest run test/conformance -t MQTT-3.1.0-2\`.

\`npx vitest run test/conformance/page.test.ts -u\` writes this page, and a test compares it with the existing tests.
If a broker departs from the standard, this page says how, and the test of that statement fails as soon as the broker
does anything else.

## For a server

The tests know only the address of a broker. They send bytes and compare the received bytes. Some statements bind a
client. They are in this table if a server has to refuse a client that breaks them [MQTT-3.1.4-1, MQTT-4.8.0-1].
`;

const LIMITS = `
The standard has no limits. The embedded broker has [limits](security.md#limits), and departs from the standard on
purpose if a client exceeds them:

- A packet or a topic that is too long, or a client that sends too fast, ends the connection.
- If too many messages wait for a session, the broker drops the newest [MQTT-3.1.2-5, MQTT-4.5.0-1].
- If there are too many retained messages, the broker passes a further one on, but does not keep it [MQTT-3.3.1-5].

A topic that begins with \`$\` belongs to the broker. If a client publishes to such a topic, the broker ends the
connection, as [MQTT-3.3.5-2] allows.
`;

const CLIENT_HEAD = `
## For a client

The client is that of the devices, \`src/mqtt\`. The tests check its modules byte by byte. They run the whole client
against a test broker that makes errors on request: in Node and, if the behaviour depends on sockets, memory or turns,
also in the device's virtual machine.
`;

/** Returns the text of docs/conformance.md. */
export async function conformancePage(): Promise<string> {
  const server = STATEMENTS.filter(isForServer).map(serverRow);
  const client = STATEMENTS.filter(isForClient).map(clientRow);
  const text = [
    HEAD,
    table(["statement", "requirement", "tests", ...BROKERS], server),
    LIMITS,
    CLIENT_HEAD,
    table(["statement", "requirement", "tests", "src/mqtt"], client),
  ].join("\n");
  return format(text, { parser: "markdown", printWidth: 100 });
}

export function isForServer({ id, binds }: Statement): boolean {
  return binds !== "client" || SERVER_CASES.some(({ statement }) => statement === id);
}

export function isForClient({ binds }: Statement): boolean {
  return binds !== "server";
}

function clientRow({ id, says }: Statement): string[] {
  const reason = CLIENT_UNTESTABLE[id];
  if (reason !== undefined) return [id, says, `none: ${reason}`, ""];
  const tests = clientTests(id).map(
    ([file, title]) => `${file}: ${title.replace(/^\[.*?\] /, "")}`,
  );
  return [id, says, tests.join("<br>"), CLIENT_DEPARTURES[id] ?? "yes"];
}

function serverRow({ id, says }: Statement): string[] {
  const reason = UNTESTABLE[id];
  if (reason !== undefined) return [id, says, `none: ${reason}`, ...BROKERS.map(() => "")];
  const cases = SERVER_CASES.filter(({ statement }) => statement === id);
  const tests = cases.map(({ sees }) => sees).join("<br>");
  return [id, says, tests, ...BROKERS.map((broker) => verdict(id, broker))];
}

function verdict(id: string, broker: BrokerName): string {
  const cases = SERVER_CASES.filter(({ statement }) => statement === id);
  const departures = cases.map((one) => departureOf(broker, one));
  const reasons = [...new Set(departures.map((one) => one?.because))].filter(Boolean).join("; ");
  if (reasons === "") return "yes";
  return departures.includes(undefined) ? `in part: ${reasons}` : `no: ${reasons}`;
}

/**
 * Builds a table. Columns are not aligned, because the longest cell would make every row equally
 * long.
 */
function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((row) => row.map(escaped))];
  const text = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `<!-- prettier-ignore -->\n${text}\n`;
}

function escaped(cell: string): string {
  return cell.replace(/[|*_#<]/g, (sign) => (sign === "<" ? sign : `\\${sign}`));
}
