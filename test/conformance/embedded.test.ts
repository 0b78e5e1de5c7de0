import { createServer } from "node:http";
import { listen } from "../../server/base/listen";
import { serveMqtt } from "../../server/http/web-mqtt";
import { serveWebSockets } from "../../server/http/web-sockets";
import { EmbeddedBroker } from "../support/embedded-broker";
import { conformanceOf } from "./run";

conformanceOf("the embedded broker", async () => {
  const embedded = await EmbeddedBroker.start();
  const web = createServer();
  serveWebSockets(web, () => ({
    admit: () => undefined,
    serve: (socket) => serveMqtt(socket, embedded.broker, "127.0.0.1"),
  }));
  const webPort = await listen(web, "127.0.0.1", 0, "--http-port");
  return {
    port: embedded.port,
    webUrl: `ws://127.0.0.1:${webPort}/mqtt`,
    stop: async () => {
      web.close();
      await embedded.stop();
    },
  };
});
