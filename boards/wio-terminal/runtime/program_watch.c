#include "program_watch.h"

#include <stdlib.h>
#include <string.h>

#include "light_range.h"

/* An id has at most 64 characters, each of up to 3 bytes: src/common/id.ts. */
enum { ID_MAX = 192, PROBLEM_MAX = 63 };

static char id[ID_MAX + 1], last_word[PROBLEM_MAX + 1], problem[PROBLEM_MAX + 1];
static char to_do[PROBLEM_MAX + 1];
static uint32_t dark, bright = LIGHT_MAX;
static bool is_alone, is_connected;
static uint32_t outbox;

/* The rest of a line after `start`; a null pointer if the line does not begin with `start`. */
static const char *after(const char *line, const char *start) {
  const size_t length = strlen(start);
  return strncmp(line, start, length) == 0 ? line + length : NULL;
}

/* Copies a text. A long text is cut before a character, never inside one (UTF-8, RFC 3629). */
static void copy(char *into, size_t max, const char *from, size_t length) {
  if (length > max) {
    length = max;
    while (length > 0 && ((uint8_t)from[length] & 0xc0) == 0x80) length--;
  }
  memcpy(into, from, length);
  into[length] = 0;
}

/*
 * Parses "Connecting to ADDRESS as CLIENT". The client is the topic prefix, whose levels end with a
 * slash, then the id, then the lesson's word "nightlight_client".
 */
static void connecting(const char *address) {
  const char *client = strstr(address, " as ");
  if (!client) return;
  client += strlen(" as ");
  const char *const slash = strrchr(client, '/');
  const char *const start = slash ? slash + 1 : client;
  const char *const word = strstr(start, "nightlight_client");
  if (word) copy(id, ID_MAX, start, (size_t)(word - start));
}

/* Counts a sent reading. A reading without an age was sent at once, so no reading is waiting. */
static void sending(const char *reading) {
  if (!strstr(reading, "age_ms")) outbox = 0;
  else if (outbox > 0) outbox--;
}

/* Parses "DARK to BRIGHT". */
static void calibrated(const char *range) {
  char *end;
  const uint32_t from = (uint32_t)strtoul(range, &end, 10);
  const char *const rest = after(end, " to ");
  const uint32_t to = rest ? (uint32_t)strtoul(rest, NULL, 10) : 0;
  if (from >= to || to > LIGHT_MAX) return;
  dark = from;
  bright = to;
}

void program_watch_line(const char *line) {
  const char *rest;
  line = after(line, "> ");
  if (!line) return;
  if ((rest = after(line, "Connecting to "))) {
    connecting(rest);
  } else if ((rest = after(line, "Sending telemetry "))) {
    sending(rest);
  } else if ((rest = after(line, "Outbox: "))) {
    outbox = (uint32_t)strtoul(rest, NULL, 10);
    is_connected = false;
  } else if ((rest = after(line, "Light range: "))) {
    calibrated(rest);
  } else if ((rest = after(line, "Calibration: "))) {
    copy(to_do, PROBLEM_MAX, rest, strlen(rest));
  } else if (after(line, "Calibration over")) {
    to_do[0] = 0;
  } else if (after(line, "No server: ")) {
    is_alone = true;
  } else if (after(line, "The server decides again")) {
    is_alone = false;
  } else if (after(line, "Connected")) {
    is_connected = true;
    problem[0] = 0;
  } else if (after(line, "mqtt: next try in ")) {
    is_connected = false;
    memcpy(problem, last_word, sizeof problem); /* the reason is in the mqtt line before this one */
  } else if ((rest = after(line, "mqtt: "))) {
    copy(last_word, PROBLEM_MAX, rest, strlen(rest));
  }
}

const char *program_id(void) { return id; }
bool program_is_alone(void) { return is_alone; }
bool program_is_connected(void) { return is_connected; }
uint32_t program_outbox(void) { return outbox; }
const char *program_problem(void) { return problem; }
const char *program_to_do(void) { return to_do; }

uint16_t program_light(uint16_t light) {
  if (light <= dark) return 0;
  if (light >= bright) return LIGHT_MAX;
  const uint32_t span = bright - dark;
  return (uint16_t)(((light - dark) * LIGHT_MAX + span / 2) / span);
}
