import type { Connection, Model } from "./model";
import type { Violation } from "./rules";

/**
 * Checks that the broker closes no connection without a cause, reports sessions correctly, answers
 * all requests, and sends no unrequested packets.
 */
export function checkConnections(model: Model): Violation[] {
  return [
    ...model.connections.flatMap(checkEnd),
    ...checkSessions(model),
    ...checkAnswers(model),
    ...checkStrays(model),
  ];
}

function checkEnd({ id, ending, openedAt, endedAt, closedAt, session }: Connection): Violation[] {
  const wrong = (text: string): Violation[] => [
    { rule: "connection", text: `c${id} of ${session.client} ${text}`, at: [openedAt, endedAt] },
  ];
  if (ending === "closed") return wrong("was closed by the broker without a cause");
  if (ending === "taken over" && closedAt === Infinity)
    return wrong("was taken over [MQTT-3.1.4-2], and is still open");
  return [];
}

/** Checks the session-present flags [MQTT-3.2.2-1..3]. */
function checkSessions({ sessionPresent }: Model): Violation[] {
  return sessionPresent.flatMap(({ at, connection, present }) => {
    const { clean, client, connections } = connection.session;
    const earlier = connections.slice(0, connections.indexOf(connection));
    if (present ? !clean && earlier.length > 0 : clean || !earlier.some((one) => one.accepted))
      return [];
    const text = `expected ${present ? 0 : 1} for ${client}, got ${present ? 1 : 0}`;
    const places = [...earlier.slice(-1).map(({ openedAt }) => openedAt), connection.openedAt, at];
    return [{ rule: "session present", text, at: places }];
  });
}

function checkAnswers({ unanswered }: Model): Violation[] {
  return [...unanswered].flatMap(([at, connection]) =>
    connection.ending === undefined
      ? [{ rule: "unanswered", text: `c${connection.id} waits`, at: [connection.openedAt, at] }]
      : [],
  );
}

function checkStrays({ strays }: Model): Violation[] {
  return strays.map(({ at, connection, packet }) => ({
    rule: "invented",
    text: `c${connection.id} of ${connection.session.client} got ${packet}, which nothing asked for`,
    at: [connection.openedAt, at],
  }));
}
