/** The normative statements of MQTT 3.1.1 (appendix B of the standard), in this project's words. */

export interface Statement {
  /** 3.1.0-2 for [MQTT-3.1.0-2]. */
  id: string;
  binds: "server" | "client" | "both";
  says: string;
}

// The standard prints [MQTT-3.1.2.7] and [MQTT-3-8.3-4]. Here they have the usual form.
const TABLE = `
1.5.3-1  both    Strings are well-formed UTF-8; whoever receives one that is not closes the connection.
1.5.3-2  both    A string has no U+0000; whoever receives one closes the connection.
1.5.3-3  both    EF BB BF is U+FEFF everywhere, also at the start, and stays where it is.
2.2.2-1  both    The flags in the first byte of each packet type are those of table 2.2.
2.2.2-2  both    Other flags close the connection.
2.3.1-1  both    SUBSCRIBE, UNSUBSCRIBE and PUBLISH at QoS 1 and 2 have a packet id other than 0.
2.3.1-2  client  A new packet gets an id that is not in use.
2.3.1-3  client  A packet that is sent again keeps its id; an id is free after its last acknowledgement.
2.3.1-4  server  The same holds for the messages that the server sends at QoS 1 and 2.
2.3.1-5  both    A PUBLISH at QoS 0 has no packet id.
2.3.1-6  both    PUBACK, PUBREC and PUBREL have the packet id of their PUBLISH.
2.3.1-7  server  SUBACK and UNSUBACK have the packet id of their request.
3.1.0-1  client  The first packet of a connection is CONNECT.
3.1.0-2  server  A second CONNECT is a violation and ends the connection.
3.1.2-1  server  A CONNECT with another protocol name is not treated as MQTT 3.1.1.
3.1.2-2  server  An unknown protocol level is answered by return code 1 and the end.
3.1.2-3  server  The reserved flag of CONNECT has to be 0, or the connection ends.
3.1.2-4  both    CleanSession 0 goes on with the stored session or starts one, and both sides keep it.
3.1.2-5  server  Messages at QoS 1 and 2 are stored for the subscriptions of a kept session that is away.
3.1.2-6  both    CleanSession 1 starts without any earlier state, and leaves none behind.
3.1.2-7  server  Retained messages belong to no session and outlive all of them.
3.1.2-8  server  A will is stored, and published when the connection ends without DISCONNECT.
3.1.2-9  both    With the will flag, will topic and message are there, and will QoS and retain count.
3.1.2-10 server  A will is forgotten once it is published or a DISCONNECT has come.
3.1.2-11 client  Without the will flag there is no will QoS, retain, topic or message.
3.1.2-12 server  Without the will flag no will is published.
3.1.2-13 client  Without the will flag the will QoS is 0.
3.1.2-14 client  The will QoS is not 3.
3.1.2-15 client  Without the will flag will retain is 0.
3.1.2-16 server  A will without will retain is published as a message that is not retained.
3.1.2-17 server  A will with will retain is published as a retained message.
3.1.2-18 client  Without the user name flag there is no user name.
3.1.2-19 client  With the user name flag there is a user name.
3.1.2-20 client  Without the password flag there is no password.
3.1.2-21 client  With the password flag there is a password.
3.1.2-22 client  There is no password without a user name.
3.1.2-23 client  The client sends something in each keep-alive interval: if nothing else, PINGREQ.
3.1.2-24 server  A client that is silent for one and a half keep-alive intervals is cut off.
3.1.3-1  client  The fields are in this order: client id, will topic, will message, user name, password.
3.1.3-2  both    The client id is what a session is known by.
3.1.3-3  client  The client id is there, and comes first.
3.1.3-4  client  The client id is UTF-8.
3.1.3-5  server  Every id of 1 to 23 ASCII letters and digits is accepted.
3.1.3-6  server  A client with an empty id, if it is let in, gets a unique one from the server.
3.1.3-7  client  An empty client id goes with CleanSession 1.
3.1.3-8  server  An empty client id with CleanSession 0 is answered by return code 2 and the end.
3.1.3-9  server  A client id that the server rejects is answered by return code 2 and the end.
3.1.3-10 client  The will topic is UTF-8.
3.1.3-11 client  The user name is UTF-8.
3.1.4-1  server  A CONNECT that breaks section 3.1 ends the connection without a CONNACK.
3.1.4-2  server  A client with an id that is connected takes the place of the one that was.
3.1.4-3  server  CleanSession is carried out for each CONNECT that is accepted.
3.1.4-4  server  A valid CONNECT is answered by CONNACK with return code 0.
3.1.4-5  server  Nothing that follows a rejected CONNECT is carried out.
3.2.0-1  server  The first packet from the server is CONNACK.
3.2.2-1  server  CleanSession 1 is answered by Session Present 0.
3.2.2-2  server  CleanSession 0 is answered by Session Present 1 if a session is stored.
3.2.2-3  server  CleanSession 0 is answered by Session Present 0 if none is stored.
3.2.2-4  server  A return code other than 0 goes with Session Present 0.
3.2.2-5  server  A return code other than 0 is followed by the end of the connection.
3.2.2-6  server  If no return code fits, the connection ends without a CONNACK.
3.3.1-1  both    A PUBLISH that is sent again has DUP.
3.3.1-2  both    A PUBLISH at QoS 0 has no DUP.
3.3.1-3  server  DUP towards a subscriber says only whether the server sends again.
3.3.1-4  both    QoS 3 closes the connection.
3.3.1-5  server  A message with RETAIN is stored with its QoS for later subscribers.
3.3.1-6  server  A new subscription gets the retained message of every topic that matches.
3.3.1-7  server  RETAIN at QoS 0 removes the earlier retained message.
3.3.1-8  server  A message because of a new subscription has RETAIN.
3.3.1-9  server  A message because of an older subscription has no RETAIN.
3.3.1-10 server  An empty message with RETAIN is passed on, and removes the retained message.
3.3.1-11 server  An empty message with RETAIN is not stored.
3.3.1-12 server  A message without RETAIN neither is stored nor removes a retained message.
3.3.2-1  both    The topic is the first field of a PUBLISH, as UTF-8.
3.3.2-2  both    The topic of a PUBLISH has no wildcards.
3.3.2-3  server  The topic of a message from the server matches the subscriber's filter.
3.3.4-1  both    A PUBLISH is answered by nothing, PUBACK or PUBREC, as its QoS says.
3.3.5-1  server  Of several subscriptions that match, the highest QoS counts.
3.3.5-2  server  A PUBLISH that is not allowed is acknowledged all the same, or ends the connection.
3.6.1-1  server  PUBREL with other flags than 0010 ends the connection.
3.8.1-1  both    SUBSCRIBE has the flags 0010, or ends the connection.
3.8.3-1  both    Filters in SUBSCRIBE are UTF-8.
3.8.3-2  server  A server without support for wildcards rejects filters that have some.
3.8.3-3  both    SUBSCRIBE has at least one filter with its QoS.
3.8.3-4  server  A QoS byte in SUBSCRIBE other than 0, 1 and 2 ends the connection.
3.8.4-1  server  SUBSCRIBE is answered by SUBACK.
3.8.4-2  server  SUBACK has the packet id of its SUBSCRIBE.
3.8.4-3  server  A subscription to the same filter replaces the earlier one without a gap, and brings the retained messages again.
3.8.4-4  server  Several filters in one SUBSCRIBE are treated like several packets, with one SUBACK.
3.8.4-5  server  SUBACK has a return code for each filter: the granted QoS, or a failure.
3.8.4-6  server  A message comes at the lower of its own QoS and the granted one.
3.9.3-1  server  The return codes in SUBACK are in the order of the filters.
3.9.3-2  server  SUBACK has no other return codes than 0, 1, 2 and 80 (hexadecimal).
3.10.1-1 both    UNSUBSCRIBE has the flags 0010, or ends the connection.
3.10.3-1 both    Filters in UNSUBSCRIBE are UTF-8, one directly behind the other.
3.10.3-2 both    UNSUBSCRIBE has at least one filter.
3.10.4-1 server  UNSUBSCRIBE ends the subscription whose filter is the same, character by character.
3.10.4-2 server  No new message is added for a subscription that has ended.
3.10.4-3 server  Messages at QoS 1 and 2 that are under way are finished after UNSUBSCRIBE.
3.10.4-4 server  UNSUBSCRIBE is answered by UNSUBACK with its packet id.
3.10.4-5 server  That is so even if no subscription ends.
3.10.4-6 server  Several filters in one UNSUBSCRIBE are treated like several packets, with one UNSUBACK.
3.12.4-1 server  PINGREQ is answered by PINGRESP.
3.14.1-1 server  DISCONNECT with a reserved bit ends the connection.
3.14.4-1 client  The client closes the connection after DISCONNECT.
3.14.4-2 client  Nothing is sent after DISCONNECT.
3.14.4-3 server  DISCONNECT discards the will.
4.1.0-1  both    The state of a session is stored for as long as the session lasts.
4.1.0-2  both    A session lasts at least as long as its connection.
4.3.1-1  both    QoS 0: sent with QoS 0 and without DUP.
4.3.2-1  both    QoS 1, sender: an unused id, first without DUP, unacknowledged until PUBACK.
4.3.2-2  both    QoS 1, receiver: PUBACK with the id; after it the same id is a new message.
4.3.3-1  both    QoS 2, sender: an unused id, PUBREL after PUBREC, and no PUBLISH again after that.
4.3.3-2  both    QoS 2, receiver: PUBREC for every copy, one message passed on, PUBCOMP for PUBREL.
4.4.0-1  both    After a reconnection with CleanSession 0, what is unacknowledged is sent again with its id.
4.5.0-1  server  A message is added to the session of every client with a subscription that matches.
4.5.0-2  client  Every message is acknowledged, whether the application wants it or not.
4.6.0-1  client  What is sent again keeps the order in which it was sent first.
4.6.0-2  client  PUBACKs are in the order of their PUBLISHes.
4.6.0-3  client  PUBRECs are in the order of their PUBLISHes.
4.6.0-4  client  PUBRELs are in the order of their PUBRECs.
4.6.0-5  server  Order is kept on every topic, unless somebody has configured otherwise.
4.6.0-6  server  The server keeps the rules of order towards each subscriber, for each topic, QoS and publisher.
4.7.1-1  both    A topic has no wildcards.
4.7.1-2  both    # is a level of its own, and the last one.
4.7.1-3  both    + is a level of its own.
4.7.2-1  server  A filter that begins with a wildcard matches no topic that begins with $.
4.7.3-1  both    Topics and filters are not empty.
4.7.3-2  both    Topics and filters have no U+0000.
4.7.3-3  both    Topics and filters are at most 65,535 bytes long.
4.7.3-4  server  Topics and filters are compared as they are, without any normalisation.
4.8.0-1  both    A protocol violation ends the connection on which it came, unless something else is stated.
4.8.0-2  both    A passing failure while a packet is processed ends its connection.
6.0.0-1  both    Over WebSocket packets are in binary frames; any other ends the connection.
6.0.0-2  both    A WebSocket frame may hold parts of packets, or several.
6.0.0-3  client  A WebSocket client offers the subprotocol mqtt.
6.0.0-4  server  The subprotocol that the server selects is mqtt.
7.0.0-1  server  A server that connects to other servers is a client as well.
7.0.0-2  both    Nobody asks for an extension that the standard does not have.
7.1.1-1  server  A server can be reached over an ordered, lossless stream of bytes.
7.1.2-1  client  A client can use an ordered, lossless stream of bytes.
`;

export const STATEMENTS: Statement[] = TABLE.trim().split("\n").map(toStatement);

/** Statements that no test from outside can show, and why. */
export const UNTESTABLE: Record<string, string> = {
  "4.7.3-3": "nobody can break it: the length of a string has two bytes",
  "4.8.0-2": "a passing failure can't be brought about from outside",
  "7.0.0-1": "neither broker connects to another one here",
};

function toStatement(line: string): Statement {
  const [, id = "", binds, says = ""] = /^(\S+) +(server|client|both) +(.+)$/.exec(line) ?? [];
  return { id, binds: binds as Statement["binds"], says };
}
