import { fieldsOf } from "../../src/common/server-rule";
import { byId, setAttribute, setText } from "./dom";
import type { ServerFacts } from "./model";
import { isNightlight } from "./rule-words";
import type { ConnectionState } from "./stream";
import { clockWords, diskWords, preparingWords } from "./words";

/**
 * The status of the server and its broker, the device that the server is preparing, and
 * instructions if there are no devices.
 */
export class ServerNotice {
  private readonly connection = byId("connection", HTMLElement);
  private readonly banner = byId("banner", HTMLElement);
  private readonly preparing = byId("preparing", HTMLElement);
  private readonly preparingTitle = byId("preparing-title", HTMLElement);
  private readonly preparingText = byId("preparing-text", HTMLElement);
  private readonly command = byId("empty-command", HTMLElement);
  private readonly footer = byId("footer", HTMLElement);

  show(connection: ConnectionState, awaySinceMs: number | undefined, server?: ServerFacts): void {
    const lostBroker = connection === "live" && server?.brokerConnected === false;
    setAttribute(document.body, "data-connection", lostBroker ? "no-broker" : connection);
    setText(this.connection, lostBroker ? "Broker disconnected" : CONNECTION_WORDS[connection]);
    const warning =
      connection === "away"
        ? awayWords(awaySinceMs, server)
        : lostBroker
          ? `The server has lost the connection to its broker ${server.broker}. Until it reconnects, no readings or commands get through.`
          : diskWords(server?.unwritten ?? []);
    this.banner.hidden = warning === "";
    setText(this.banner, warning);
    if (!server) return;
    const preparing = connection === "live" ? server.preparing : null;
    this.preparing.hidden = preparing === null;
    if (preparing) {
      const { title, text } = preparingWords(preparing);
      setText(this.preparingTitle, title);
      setText(this.preparingText, text);
    }
    setText(this.command, publishCommand(server));
    setText(this.footer, `Nightlight ${server.version} · broker ${server.broker}`);
  }
}

const CONNECTION_WORDS: Record<ConnectionState, string> = {
  connecting: "Connecting to the server…",
  live: "Live",
  away: "Server unreachable",
};

function awayWords(sinceMs: number | undefined, server: ServerFacts | undefined): string {
  const retry = "This page keeps trying to reconnect.";
  if (!server) return `The server does not answer. ${retry}`;
  const since = sinceMs === undefined ? "" : ` since ${clockWords(sinceMs)}`;
  return `The server has not answered${since}, so this page shows the state from then. ${retry}`;
}

/** Returns a command for mosquitto_pub, whose -L option combines address and topic. */
function publishCommand({ broker, rule, topicPrefix }: ServerFacts): string {
  const address = /^mqtts?:/.test(broker) ? broker.replace(/\/$/, "") : "mqtt://localhost:1883";
  const values = fieldsOf(rule).map((field) => [field, field === "light" ? 120 : rule.value]);
  const payload = JSON.stringify(Object.fromEntries(values)).replaceAll("'", "\\u0027");
  const id = isNightlight(rule) ? "my-light" : "my-device";
  return `mosquitto_pub -L ${address}/${topicPrefix}${id}/telemetry -m '${payload}'`;
}
