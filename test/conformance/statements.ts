/** The normative statements of MQTT 3.1.1 (appendix B of the standard), in this project's words. */

export interface Statement {
  /** The statement's number, such as 3.1.0-2 for [MQTT-3.1.0-2]. */
  id: string;
  binds: "server" | "client" | "both";
  says: string;
}

// The standard prints [MQTT-3.1.2.7] and [MQTT-3-8.3-4]. This table writes both numbers in the
// usual form.
const TABLE = `
1.5.3-1  both    Strings are well-formed UTF-8. A receiver of any other string closes the connection.
1.5.3-2  both    A string has no U+0000. A receiver of such a string closes the connection.
1.5.3-3  both    EF BB BF is U+FEFF everywhere, also at the start, and is not removed.
2.2.2-1  both    The flags in the first byte of each packet are those of table 2.2.
2.2.2-2  both    A packet with other flags ends the connection.
2.3.1-1  both    SUBSCRIBE, UNSUBSCRIBE and PUBLISH at QoS 1 and 2 have a packet id other than 0.
2.3.1-2  client  A new packet gets an id that is not in use.
2.3.1-3  client  A packet that is sent again keeps its id. An id is free after the last acknowledgement of its packet.
2.3.1-4  server  The rules for packet ids also hold for the messages that the server sends at QoS 1 and 2.
2.3.1-5  both    A PUBLISH at QoS 0 has no packet id.
2.3.1-6  both    PUBACK, PUBREC and PUBREL have the packet id of their PUBLISH.
2.3.1-7  server  SUBACK and UNSUBACK have the packet id of their request.
3.1.0-1  client  The first packet of a connection is CONNECT.
3.1.0-2  server  A second CONNECT is a violation and ends the connection.
3.1.2-1  server  A CONNECT with another protocol name is not treated as MQTT 3.1.1.
3.1.2-2  server  The server answers an unknown protocol level with return code 1 and ends the connection.
3.1.2-3  server  If the reserved flag of CONNECT is not 0, the connection ends.
3.1.2-4  both    CleanSession 0 resumes the stored session or starts a new one. Both sides keep the session.
3.1.2-5  server  The server stores QoS 1 and 2 messages for the subscriptions of a kept session whose client is offline.
3.1.2-6  both    CleanSession 1 starts without earlier state and leaves none.
3.1.2-7  server  Retained messages belong to no session and outlive all sessions.
3.1.2-8  server  The server stores a will and publishes it if the connection ends without DISCONNECT.
3.1.2-9  both    With the will flag, CONNECT has a will topic and a will message, and will QoS and will retain apply.
3.1.2-10 server  The server deletes a will once it is published or a DISCONNECT has arrived.
3.1.2-11 client  Without the will flag, CONNECT has no will QoS, will retain, will topic or will message.
3.1.2-12 server  Without the will flag, the server publishes no will.
3.1.2-13 client  Without the will flag, the will QoS is 0.
3.1.2-14 client  The will QoS is not 3.
3.1.2-15 client  Without the will flag, will retain is 0.
3.1.2-16 server  A will without will retain is published as a message that is not retained.
3.1.2-17 server  A will with will retain is published as a retained message.
3.1.2-18 client  Without the user name flag, CONNECT has no user name.
3.1.2-19 client  With the user name flag, CONNECT has a user name.
3.1.2-20 client  Without the password flag, CONNECT has no password.
3.1.2-21 client  With the password flag, CONNECT has a password.
3.1.2-22 client  CONNECT has no password without a user name.
3.1.2-23 client  The client sends a packet in each keep-alive interval: PINGREQ if there is no other.
3.1.2-24 server  The server disconnects a client that is silent for one and a half keep-alive intervals.
3.1.3-1  client  The fields of CONNECT are in this order: client id, will topic, will message, user name, password.
3.1.3-2  both    The client id identifies a session.
3.1.3-3  client  CONNECT has a client id, as its first field.
3.1.3-4  client  The client id is UTF-8.
3.1.3-5  server  The server accepts every id of 1 to 23 ASCII letters and digits.
3.1.3-6  server  If the server accepts a client with an empty id, it gives the client a unique id.
3.1.3-7  client  A client with an empty id uses CleanSession 1.
3.1.3-8  server  The server answers an empty id with CleanSession 0 with return code 2 and ends the connection.
3.1.3-9  server  If the server rejects a client id, it answers with return code 2 and ends the connection.
3.1.3-10 client  The will topic is UTF-8.
3.1.3-11 client  The user name is UTF-8.
3.1.4-1  server  A CONNECT that violates section 3.1 ends the connection without a CONNACK.
3.1.4-2  server  A client with the id of a connected client takes over its session, and the server disconnects the earlier client.
3.1.4-3  server  The server applies CleanSession for each CONNECT that it accepts.
3.1.4-4  server  The server answers a valid CONNECT with CONNACK and return code 0.
3.1.4-5  server  The server processes no packet after a rejected CONNECT.
3.2.0-1  server  The first packet from the server is CONNACK.
3.2.2-1  server  The answer to CleanSession 1 has Session Present 0.
3.2.2-2  server  The answer to CleanSession 0 has Session Present 1 if a session is stored.
3.2.2-3  server  The answer to CleanSession 0 has Session Present 0 if no session is stored.
3.2.2-4  server  A CONNACK with a return code other than 0 has Session Present 0.
3.2.2-5  server  After a return code other than 0, the server ends the connection.
3.2.2-6  server  If no return code fits, the server ends the connection without a CONNACK.
3.3.1-1  both    A resent PUBLISH has DUP.
3.3.1-2  both    A PUBLISH at QoS 0 has no DUP.
3.3.1-3  server  In a PUBLISH to a subscriber, DUP says only whether the server sends that PUBLISH again.
3.3.1-4  both    A PUBLISH with QoS 3 ends the connection.
3.3.1-5  server  The server stores a message with RETAIN, and its QoS, for later subscribers.
3.3.1-6  server  A new subscription receives the retained message of every topic that matches.
3.3.1-7  server  A message with RETAIN at QoS 0 removes the earlier retained message.
3.3.1-8  server  A message sent because of a new subscription has RETAIN.
3.3.1-9  server  A message sent because of an existing subscription has no RETAIN.
3.3.1-10 server  The server passes on an empty message with RETAIN, and removes the retained message.
3.3.1-11 server  The server does not store an empty message with RETAIN.
3.3.1-12 server  The server does not store a message without RETAIN, and keeps the retained message.
3.3.2-1  both    The topic is the first field of a PUBLISH, as UTF-8.
3.3.2-2  both    The topic of a PUBLISH has no wildcards.
3.3.2-3  server  The topic of a message from the server matches the subscriber's filter.
3.3.4-1  both    The answer to a PUBLISH follows its QoS: none, PUBACK or PUBREC.
3.3.5-1  server  If several subscriptions match, the highest QoS applies.
3.3.5-2  server  If a PUBLISH is not allowed, the server acknowledges it nevertheless, or ends the connection.
3.6.1-1  server  A PUBREL with flags other than 0010 ends the connection.
3.8.1-1  both    A SUBSCRIBE with flags other than 0010 ends the connection.
3.8.3-1  both    Filters in SUBSCRIBE are UTF-8.
3.8.3-2  server  A server without support for wildcards rejects filters with wildcards.
3.8.3-3  both    SUBSCRIBE has at least one filter with its QoS.
3.8.3-4  server  A QoS byte in SUBSCRIBE other than 0, 1 and 2 ends the connection.
3.8.4-1  server  The server answers SUBSCRIBE with SUBACK.
3.8.4-2  server  SUBACK has the packet id of its SUBSCRIBE.
3.8.4-3  server  A subscription to the same filter replaces the earlier one without a gap, and receives the retained messages again.
3.8.4-4  server  The server treats several filters in one SUBSCRIBE like several packets, with one SUBACK.
3.8.4-5  server  SUBACK has a return code for each filter: the granted QoS, or a failure.
3.8.4-6  server  The server sends a message at the lower of its own QoS and the granted QoS.
3.9.3-1  server  The return codes in SUBACK are in the order of the filters.
3.9.3-2  server  SUBACK has only the return codes 0, 1, 2 and 80 (hexadecimal).
3.10.1-1 both    An UNSUBSCRIBE with flags other than 0010 ends the connection.
3.10.3-1 both    Filters in UNSUBSCRIBE are UTF-8, one directly after another.
3.10.3-2 both    UNSUBSCRIBE has at least one filter.
3.10.4-1 server  UNSUBSCRIBE ends the subscription with the same filter, compared character by character.
3.10.4-2 server  The server adds no new message for a subscription that has ended.
3.10.4-3 server  After UNSUBSCRIBE, the server completes QoS 1 and 2 messages that are in flight.
3.10.4-4 server  The server answers UNSUBSCRIBE with UNSUBACK and its packet id.
3.10.4-5 server  The server sends UNSUBACK even if no subscription ends.
3.10.4-6 server  The server treats several filters in one UNSUBSCRIBE like several packets, with one UNSUBACK.
3.12.4-1 server  The server answers PINGREQ with PINGRESP.
3.14.1-1 server  A DISCONNECT with a reserved bit ends the connection.
3.14.4-1 client  The client closes the connection after DISCONNECT.
3.14.4-2 client  The client sends nothing after DISCONNECT.
3.14.4-3 server  DISCONNECT discards the will.
4.1.0-1  both    The state of a session is stored as long as the session lasts.
4.1.0-2  both    A session lasts at least as long as its connection.
4.3.1-1  both    QoS 0: sent with QoS 0 and without DUP.
4.3.2-1  both    QoS 1, sender: uses a free id, first sends without DUP, and keeps the message as unacknowledged until PUBACK.
4.3.2-2  both    QoS 1, receiver: answers PUBACK with the id. After that, the same id is a new message.
4.3.3-1  both    QoS 2, sender: uses a free id, answers PUBREC with PUBREL, and sends no PUBLISH again after that.
4.3.3-2  both    QoS 2, receiver: answers every copy with PUBREC, passes on one message, and answers PUBREL with PUBCOMP.
4.4.0-1  both    After a reconnect with CleanSession 0, unacknowledged packets are sent again with their ids.
4.5.0-1  server  The server adds a message to the session of every client with a matching subscription.
4.5.0-2  client  The client acknowledges every message, even if the application does not use it.
4.6.0-1  client  Packets that are sent again keep their original order.
4.6.0-2  client  PUBACKs are in the order of their PUBLISHes.
4.6.0-3  client  PUBRECs are in the order of their PUBLISHes.
4.6.0-4  client  PUBRELs are in the order of their PUBRECs.
4.6.0-5  server  The server keeps the order on every topic, unless configured otherwise.
4.6.0-6  server  The server keeps the order towards each subscriber, for each topic, QoS and publisher.
4.7.1-1  both    A topic has no wildcards.
4.7.1-2  both    # is a complete level, and the last one.
4.7.1-3  both    + is a complete level.
4.7.2-1  server  A filter that begins with a wildcard matches no topic that begins with $.
4.7.3-1  both    Topics and filters are not empty.
4.7.3-2  both    Topics and filters have no U+0000.
4.7.3-3  both    Topics and filters are at most 65,535 bytes long.
4.7.3-4  server  The server compares topics and filters without normalisation.
4.8.0-1  both    A protocol violation ends its connection, unless the standard says otherwise.
4.8.0-2  both    A temporary failure during the processing of a packet ends its connection.
6.0.0-1  both    Over WebSocket, packets are in binary frames. Any other frame ends the connection.
6.0.0-2  both    A WebSocket frame may contain parts of packets, or several packets.
6.0.0-3  client  A WebSocket client offers the subprotocol mqtt.
6.0.0-4  server  The server selects the subprotocol mqtt.
7.0.0-1  server  A server that connects to other servers is also a client.
7.0.0-2  both    Neither side requires an extension that the standard does not have.
7.1.1-1  server  A server supports an ordered, lossless stream of bytes.
7.1.2-1  client  A client supports an ordered, lossless stream of bytes.
`;

export const STATEMENTS: Statement[] = TABLE.trim().split("\n").map(toStatement);

/** Statements that no test from outside can show, and the reason, by statement. */
export const UNTESTABLE: Record<string, string> = {
  "4.7.3-3": "no packet can break it, because the length of a string has two bytes",
  "4.8.0-2": "a temporary failure can't be caused from outside",
  "7.0.0-1": "in these tests, neither broker connects to another broker",
};

function toStatement(line: string): Statement {
  const [, id = "", binds, says = ""] = /^(\S+) +(server|client|both) +(.+)$/.exec(line) ?? [];
  return { id, binds: binds as Statement["binds"], says };
}
