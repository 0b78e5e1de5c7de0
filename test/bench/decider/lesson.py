"""The lesson's server on paho-mqtt 1.x. It answers each reading at the reading's QoS."""

import json
import sys

import paho.mqtt.client as mqtt

THRESHOLD = 300


def handle_telemetry(client, userdata, message):
    payload = json.loads(message.payload.decode())
    command = {"led_on": payload["light"] < THRESHOLD}
    device = message.topic.rsplit("/", 1)[0]
    client.publish(device + "/commands", json.dumps(command), qos=message.qos)


def handle_connect(client, userdata, flags, result):
    client.subscribe("+/telemetry", qos=1)


client = mqtt.Client("nightlight_server")
client.max_inflight_messages_set(65535)
client.on_connect = handle_connect
client.on_message = handle_telemetry
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_forever()
