import { format } from "prettier";
import { CLIENT_DEPARTURES, CLIENT_UNTESTABLE, clientTests } from "./client/statements";
import { type BrokerName, BROKERS, departureOf } from "./departures";
import { SERVER_CASES } from "./server";
import { type Statement, STATEMENTS, UNTESTABLE } from "./statements";

const HEAD = `# MQTT 3.1.1, statement by statement

The normative statements of [MQTT 3.1.1](http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html) by their
numbers in its appendix B, in our words, and the tests that show whether they hold. The name of a test begins with the
number of its statement: \`npx vitest run test/conformance -t MQTT-3.1.0-2\` runs the tests of one.

This page is written by \`npx vitest run test/conformance/page.test.ts -u\`. A test compares it with the tests that
there are. Where a broker departs from the standard, its test fails as soon as the broker does anything else than what
this page says.

## For a server

The tests know the address of a broker and nothing else. They send bytes and compare bytes. Some statements bind a
client: they are here if a server has to refuse what breaks them [MQTT-3.1.4-1, MQTT-4.8.0-1].
`;

const LIMITS = `
The standard knows no limits. The embedded broker has some ([security.md](security.md#limits)), and beyond them departs
on purpose: a packet or a topic that is too long, or a client that sends too fast, ends the connection; of what waits
for a session the newest is dropped [MQTT-3.1.2-5, MQTT-4.5.0-1]; a retained message too many is passed on but not kept
[MQTT-3.3.1-5]. A topic that begins with \`$\` belongs to the broker: a client that publishes to one is cut off, as
[MQTT-3.3.5-2] allows.
`;

const CLIENT_HEAD = `
## For a client

The client is that of the devices, \`src/mqtt\`. Its parts are tested byte by byte. The whole of it is tested against a
broker that does wrong on order: in Node, and what depends on sockets, memory or turns also in the virtual machine of
the device.
`;

/** Text of docs/conformance.md. */
export async function conformancePage(): Promise<string> {
  const server = STATEMENTS.filter(isForServer).map(serverRow);
  const client = STATEMENTS.filter(isForClient).map(clientRow);
  const text = [
    HEAD,
    table(["", "says", "tests", ...BROKERS], server),
    LIMITS,
    CLIENT_HEAD,
    table(["", "says", "tests", "src/mqtt"], client),
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

/** Columns are not aligned: the longest cell would make every row equally long. */
function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((row) => row.map(escaped))];
  const text = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `<!-- prettier-ignore -->\n${text}\n`;
}

function escaped(cell: string): string {
  return cell.replace(/[|*_#<]/g, (sign) => (sign === "<" ? sign : `\\${sign}`));
}
