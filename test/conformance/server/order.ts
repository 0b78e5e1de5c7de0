/** Tests of section 4.6: the order of messages and of their acknowledgements. */
import {
  ack,
  connack,
  connect,
  PUBACK,
  PUBCOMP,
  publish,
  PUBREC,
  PUBREL,
} from "../../support/mqtt-bytes";
import { type Case, when } from "../scene";

export const ORDER: Case[] = [
  ...["4.6.0-1", "4.6.0-6"].map((statement) =>
    when(statement, "resent messages keep their order, before newer ones", async (s) => {
      const id = s.clientId("a");
      const first = await s.client({ id, clean: false });
      await first.subscribe(s.topic("a"), 2);
      const publisher = await s.client();
      const ids: number[] = [];
      for (let i = 0; i < 10; i++) {
        await publisher.publish(s.topic("a"), `${i}`, { qos: 1 });
        ids.push(await first.receiveWithoutAck(s.topic("a"), `${i}`, { qos: 1 }));
      }
      await first.stop();
      const client = s.open();
      client.send(connect({ id, clean: false }));
      await client.expectPackets(connack(0, true));
      await publisher.publish(s.topic("a"), "newer", { qos: 1 });
      for (let i = 0; i < 10; i++)
        client.send(
          ack(
            PUBACK,
            await client.receiveWithoutAck(s.topic("a"), `${i}`, {
              qos: 1,
              dup: true,
              id: ids[i] ?? 0,
            }),
          ),
        );
      await client.receive(s.topic("a"), "newer", { qos: 1 });
    }),
  ),

  when("4.6.0-2", "PUBACKs come in the order of the messages", async (s) => {
    const client = await s.client();
    const ids = [5, 3, 9, 1, 7];
    client.send(...ids.map((id) => publish(s.topic("a"), "x", { qos: 1, id })));
    await client.expectPackets(...ids.map((id) => ack(PUBACK, id)));
  }),
  when("4.6.0-3", "PUBRECs come in the order of the messages", async (s) => {
    const client = await s.client();
    const ids = [5, 3, 9, 1, 7];
    client.send(...ids.map((id) => publish(s.topic("a"), "x", { qos: 2, id })));
    await client.expectPackets(...ids.map((id) => ack(PUBREC, id)));
    client.send(...ids.map((id) => ack(PUBREL, id)));
    await client.expectPackets(...ids.map((id) => ack(PUBCOMP, id)));
  }),
  when("4.6.0-4", "PUBRELs come in the order of the PUBRECs", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 2);
    const publisher = await s.client();
    const ids = [];
    for (let i = 0; i < 5; i++) {
      await publisher.publish(s.topic("a"), `${i}`, { qos: 2 });
      ids.push(await subscriber.receiveWithoutAck(s.topic("a"), `${i}`, { qos: 2 }));
    }
    subscriber.send(...ids.map((id) => ack(PUBREC, id)));
    await subscriber.expectPackets(...ids.map((id) => ack(PUBREL, id)));
    subscriber.send(...ids.map((id) => ack(PUBCOMP, id)));
    await subscriber.ping();
  }),

  ...["4.6.0-5", "4.6.0-6"].flatMap((statement) =>
    [0, 1, 2].map((qos) =>
      when(
        statement,
        `messages of one client on a topic keep their order at QoS ${qos}`,
        async (s) => {
          const subscriber = await s.client();
          await subscriber.subscribe(s.topic("#"), 2);
          const publisher = await s.client();
          const ids = Array.from({ length: 50 }, (_, i) => i + 1);
          // Sends all messages in one write, followed by messages on another topic.
          publisher.send(
            ...ids.map((id) => publish(s.topic("a"), `${id}`, { qos, id })),
            ...ids.map((id) => publish(`other/${s.topic("a")}`, "x", { qos: 1, id: 100 + id })),
          );
          if (qos === 2) {
            for (const id of ids) await publisher.expectPackets(ack(PUBREC, id));
            publisher.send(...ids.map((id) => ack(PUBREL, id)));
          }
          for (const id of ids) await subscriber.receive(s.topic("a"), `${id}`, { qos });
        },
      ),
    ),
  ),
];
