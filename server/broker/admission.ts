import { Refusal } from "../base/rejections";
import {
  type Identity,
  mayPublish,
  maySubscribe,
  mayUseClientId,
  publication,
  topicError,
} from "./access";
import type { BrokerContext } from "./broker-context";
import type { Publication } from "./core";
import type { Connect } from "./packets";
import type { Session } from "./session";

/**
 * Gives a client the session that it asks for; the caller resumes it after the CONNACK. A connected
 * client with the same client id is disconnected.
 * @throws Refusal if the client may not have the session
 */
export function admit(
  context: BrokerContext,
  identity: Identity,
  packet: Connect,
  address: string,
): { session: Session; isPresent: boolean } {
  const { core, limits, topics } = context;
  const { clean } = packet;
  const will = willOf(context, identity, packet);
  const clientId = packet.clientId || context.newClientId();
  const opened = core.connect({ clientId, clean, owner: identity.name, address, will });
  if (!opened)
    throw new Refusal(
      "sessions",
      `expected at most ${limits.sessions} persistent sessions, got one more`,
    );
  const { session } = opened;
  // An earlier session may have subscriptions and messages to which its client no longer has the
  // right.
  for (const filter of session.filters.keys())
    if (!maySubscribe(identity, filter, topics)) core.unsubscribe(session, filter);
  session.withdraw((topic) => maySubscribe(identity, topic, topics));
  return opened;
}

function willOf(
  context: BrokerContext,
  identity: Identity,
  { clientId, will }: Connect,
): Publication | undefined {
  const { limits, topics } = context;
  if (!mayUseClientId(identity, clientId, topics))
    throw new Refusal("client-id", `${who(identity)}expected the user name as client id`);
  const bytes = Buffer.byteLength(clientId);
  const maxBytes = limits["topic-bytes"];
  if (bytes > maxBytes)
    throw new Refusal(
      "client-id",
      `expected a client id of at most ${maxBytes} bytes, got ${bytes}`,
    );
  if (!will) return undefined;
  const error = topicError(will.topic, limits);
  if (error) throw new Refusal("will", `a will on ${error}`);
  if (!mayPublish(identity, will.topic, topics))
    throw new Refusal("will", `${who(identity)}may not leave a will on ${will.topic}`);
  return publication(identity, will, topics);
}

/**
 * The start of a refusal's message: the client's user name. Empty for an anonymous client, which is
 * logged by its address alone.
 */
function who({ name }: Identity): string {
  return name === "" ? "" : `${name}: `;
}
