/* A minimal decider: the lesson's server on libmosquitto, without validation or state. */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THRESHOLD 300.0
#define LIGHT "\"light\":"
#define TELEMETRY "/telemetry"

static void handle_connect(struct mosquitto *client, void *data, int result) {
  (void)data;
  if (result == 0) mosquitto_subscribe(client, NULL, "+" TELEMETRY, 1);
}

static void handle_telemetry(struct mosquitto *client, void *data,
                             const struct mosquitto_message *message) {
  (void)data;
  char text[256], topic[256];
  if (message->payloadlen <= 0 || message->payloadlen >= (int)sizeof text) return;
  memcpy(text, message->payload, (size_t)message->payloadlen);
  text[message->payloadlen] = '\0';
  const char *light = strstr(text, LIGHT);
  const char *end = strstr(message->topic, TELEMETRY);
  if (!light || !end) return;
  const char *command =
      strtod(light + strlen(LIGHT), NULL) < THRESHOLD ? "{\"led_on\":true}" : "{\"led_on\":false}";
  snprintf(topic, sizeof topic, "%.*s/commands", (int)(end - message->topic), message->topic);
  mosquitto_publish(client, NULL, topic, (int)strlen(command), command, message->qos, false);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fputs("usage: decider PORT\n", stderr);
    return 2;
  }
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new("nightlight_server", true, NULL);
  if (!client) return 1;
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_int_option(client, MOSQ_OPT_SEND_MAXIMUM, 65535);
  mosquitto_connect_callback_set(client, handle_connect);
  mosquitto_message_callback_set(client, handle_telemetry);
  if (mosquitto_connect(client, "127.0.0.1", atoi(argv[1]), 60) != MOSQ_ERR_SUCCESS) return 1;
  return mosquitto_loop_forever(client, -1, 1) == MOSQ_ERR_SUCCESS ? 0 : 1;
}
