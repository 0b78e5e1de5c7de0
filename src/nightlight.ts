import { LightBulb, LightLevel, millis } from "@devicescript/core";
import { Cadence, CadenceConfig } from "./cadence";
import type { Link } from "./link";
import { LIGHT_MAX, commandsTopic, parseCommand, telemetryTopic } from "./wire";

/** The device: reports the sensor's readings and does what commands say to the LED. */
export async function runNightlight(
  id: string,
  cadenceConfig: CadenceConfig,
  sensor: LightLevel,
  led: LightBulb,
  link: Link,
): Promise<void> {
  const cadence = new Cadence(cadenceConfig);

  await link.subscribe(commandsTopic(id), async (payload) => {
    console.log("Message received: " + payload);
    const command = parseCommand(payload);
    if (command.error) {
      console.log("Command ignored: " + command.error);
      return;
    }
    await led.intensity.write(command.value.led_on ? 1 : 0);
  });

  // The sensor reads a ratio of full light, 0..1.
  await sensor.reading.subscribe(async (ratio) => {
    const light = Math.round(ratio * LIGHT_MAX);
    const nowMs = millis();
    if (!cadence.isDue(nowMs, light)) return;
    cadence.report(nowMs, light);
    const payload = JSON.stringify({ light });
    console.log("Sending telemetry " + payload);
    await link.publish(telemetryTopic(id), payload);
  });
}
