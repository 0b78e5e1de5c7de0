/** Tests of section 3.2: CONNACK. */
import { connack, connect, packet, suback, subscribe, text, u16 } from "../../support/mqtt-bytes";
import { type Case, when } from "../scene";

export const CONNACK: Case[] = [
  when("3.2.0-1", "CONNACK comes before queued messages, and before other answers", async (s) => {
    const id = s.clientId("a");
    const away = await s.client({ id, clean: false });
    await away.subscribe(s.topic("a"), 1);
    await away.disconnect();
    const publisher = await s.client();
    for (const text of ["1", "2", "3"]) await publisher.publish(s.topic("a"), text, { qos: 1 });
    const client = s.open();
    client.send(connect({ id, clean: false }), subscribe(1, [s.topic("b"), 0]));
    await client.expectPackets(connack(0, true));
    await client.expectAnswer(suback(1, 0));
    for (const text of ["1", "2", "3"]) await client.receive(s.topic("a"), text, { qos: 1 });
  }),

  when("3.2.2-1", "CleanSession 1 gets Session Present 0, whatever is stored", async (s) => {
    const id = s.clientId("a");
    await (await s.client({ id, clean: false })).disconnect();
    await s.client({ id, clean: true }, false);
  }),
  when("3.2.2-2", "a stored session with a subscription gets Session Present 1", async (s) => {
    const id = s.clientId("a");
    const client = await s.client({ id, clean: false });
    await client.subscribe(s.topic("a"), 1);
    await client.disconnect();
    await s.client({ id, clean: false }, true);
  }),
  when("3.2.2-2", "a stored session without a subscription gets Session Present 1", async (s) => {
    const id = s.clientId("a");
    await (await s.client({ id, clean: false })).disconnect();
    await s.client({ id, clean: false }, true);
  }),
  when("3.2.2-3", "without a stored session Session Present is 0", async (s) => {
    await s.client({ clean: false }, false);
    const id = s.clientId("a");
    await (await s.client({ id, clean: true })).disconnect();
    await s.client({ id, clean: false }, false);
  }),
  ...["3.2.2-4", "3.2.2-5"].map((statement) =>
    when(
      statement,
      "a refusal has Session Present 0 and ends the connection, with a stored session too",
      async (s) => {
        const id = s.clientId("a");
        await (await s.client({ id, clean: false })).disconnect();
        const refused = s.open();
        refused.send(connect({ id, clean: false, level: 6 }));
        await refused.expectPackets(connack(1, false));
        await refused.expectEnd();
      },
    ),
  ),
  when(
    "3.2.2-6",
    "a refusal without a matching return code ends the connection without a CONNACK",
    async (s) => {
      const client = s.open();
      client.send(packet(0x10, text("MQTT"), 4, 0x02, u16(0), u16(500)));
      await client.expectEnd();
    },
  ),
];
