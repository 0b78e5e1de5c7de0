/* Tests the state that the screen shows about the program, read from the program's log lines. */
#include "program_watch.h"
#include "check.h"

static void check_longest_id(void) {
  char id[64 * 3 + 1] = "", line[300];
  for (unsigned i = 0; i < 64; i++) strcat(id, "灯");
  snprintf(line, sizeof line, "> Connecting to mqtt://10.0.0.1:1883 as %snightlight_client", id);
  program_watch_line(line);
  CHECK(strcmp(program_id(), id) == 0);
}

static void check_prefix(void) {
  program_watch_line("> Connecting to mqtt://10.0.0.1:1883 as our/house/desk-1nightlight_client");
  CHECK(strcmp(program_id(), "desk-1") == 0);
}

/* A text of 63 bytes has room for 15 characters of 4 bytes. */
static void check_cut(void) {
  char line[300] = "> mqtt: ";
  for (unsigned i = 0; i < 20; i++) strcat(line, "😀");
  program_watch_line(line);
  program_watch_line("> mqtt: next try in 1 ms");
  CHECK(strlen(program_problem()) == 60);
}

static void check_calibration(void) {
  CHECK(program_light(0) == 0 && program_light(300) == 300 && program_light(1023) == 1023);
  CHECK(program_to_do()[0] == 0);
  program_watch_line("> Calibration: cover the sensor, hold the button again");
  CHECK(strcmp(program_to_do(), "cover the sensor, hold the button again") == 0);
  program_watch_line("> Calibration: done, dark 4, bright 348");
  program_watch_line("> Calibration over");
  CHECK(program_to_do()[0] == 0);

  /* These figures are the same as in test/device/parts/calibration.test.ts. */
  program_watch_line("> Light range: 4 to 348");
  CHECK(program_light(0) == 0 && program_light(4) == 0 && program_light(5) == 3);
  CHECK(program_light(105) == 300 && program_light(176) == 512 && program_light(347) == 1020);
  CHECK(program_light(348) == 1023 && program_light(349) == 1023 && program_light(1023) == 1023);

  /* An invalid range changes nothing. */
  program_watch_line("> Light range: 5");
  program_watch_line("> Light range: 7 to 7");
  program_watch_line("> Light range: 7 to 1024");
  CHECK(program_light(105) == 300);
  program_watch_line("> Light range: 0 to 1023");
  CHECK(program_light(105) == 105);
}

int main(void) {
  CHECK(program_id()[0] == 0 && !program_is_connected() && !program_is_alone());

  program_watch_line("> Connecting to mqtt://10.0.0.1:1883 as kitchennightlight_client");
  CHECK(strcmp(program_id(), "kitchen") == 0);
  program_watch_line("> Connected");
  CHECK(program_is_connected() && program_problem()[0] == 0);
  program_watch_line("> mqtt: refused: bad user name or password");
  CHECK(program_problem()[0] == 0);
  program_watch_line("> mqtt: next try in 1000 ms");
  CHECK(strcmp(program_problem(), "refused: bad user name or password") == 0);
  CHECK(!program_is_connected());

  program_watch_line("> Outbox: 2");
  CHECK(program_outbox() == 2);
  program_watch_line("> Connected");
  CHECK(program_is_connected() && program_problem()[0] == 0);
  program_watch_line("> Sending telemetry {\"light\":5,\"seq\":1,\"age_ms\":4000}");
  CHECK(program_outbox() == 1);
  program_watch_line("> Sending telemetry {\"light\":5,\"seq\":2}");
  CHECK(program_outbox() == 0);

  program_watch_line("> No server: deciding for myself");
  CHECK(program_is_alone());
  program_watch_line("> The server decides again");
  CHECK(!program_is_alone());

  /* Other lines are ignored, and a line that is too long is cut. */
  program_watch_line("Outbox: 9");
  CHECK(program_outbox() == 0);
  program_watch_line("> Connecting to somewhere");
  CHECK(strcmp(program_id(), "kitchen") == 0);
  char line[300] = "> mqtt: ";
  memset(line + 8, 'x', sizeof line - 9);
  program_watch_line(line);
  program_watch_line("> mqtt: next try in 1 ms");
  CHECK(strlen(program_problem()) == 63);
  check_cut();
  check_longest_id();
  check_prefix();
  check_calibration();
  return all_checked();
}
