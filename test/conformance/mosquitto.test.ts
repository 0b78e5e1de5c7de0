import { freePort } from "../support/free-port";
import { Mosquitto } from "../support/mosquitto";
import { conformanceOf } from "./run";

conformanceOf("Mosquitto 2.0.11", "as we recommend it", async () => {
  const webPort = await freePort();
  const mosquitto = await Mosquitto.start(
    `allow_anonymous true\nlistener ${webPort} 127.0.0.1\nprotocol websockets\n`,
  );
  return {
    port: mosquitto.port,
    webUrl: `ws://127.0.0.1:${webPort}/mqtt`,
    stop: () => mosquitto.stop(),
  };
});
