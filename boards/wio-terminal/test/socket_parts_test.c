/* Tests the independent parts of the network: addresses, the send buffer, versions, problems. */
#include "address.h"
#include "check.h"
#include "firmware_version.h"
#include "outgoing.h"
#include "wifi_problem.h"

static uint8_t next_in, next_out;

static void add(uint32_t length) {
  uint8_t bytes[4096];
  for (uint32_t i = 0; i < length; i++) bytes[i] = next_in++;
  CHECK(outgoing_add(bytes, length));
}

static void drain(uint32_t limit) {
  const uint8_t *bytes;
  const uint32_t length = outgoing_peek(&bytes, limit);
  CHECK(length > 0 && length <= limit);
  for (uint32_t i = 0; i < length; i++) CHECK(bytes[i] == next_out++);
  outgoing_drop(length);
}

static void parses_addresses(void) {
  const uint8_t expected[] = {192, 168, 0, 17};
  const uint32_t address = address_parse("192.168.0.17");
  CHECK_BYTES(&address, expected, sizeof expected);
  static const char *const names[] = {"",          "localhost",  "1.2.3",  "1.2.3.4.5",
                                      "1.2.3.256", "1.2.3.4a",   "1..2.3", "1.2.3.0004",
                                      "0.0.0.0",   "broker.home"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) CHECK(address_parse(names[i]) == 0);
}

static void detects_old_firmware(void) {
  static const char *const fine[] = {"2.1.2", "2.1.3", "v2.1.3", "2.2.0", "3.0.0", "2.1.10"};
  static const char *const not_fine[] = {"2.1.1", "2.0.9", "1.9.9", "",
                                         "AT",    "2.1",   "2.1.x", "9999.1.1"};
  for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) CHECK(firmware_is_new_enough(fine[i]));
  for (size_t i = 0; i < sizeof not_fine / sizeof *not_fine; i++) {
    CHECK(!firmware_is_new_enough(not_fine[i]));
  }
}

static void joins_problem_texts(void) {
  CHECK(wifi_problem() == NULL);
  wifi_problem_is("network \"", "home", "\": cannot join", NULL);
  CHECK(strcmp(wifi_problem(), "network \"home\": cannot join") == 0);
  char name[200] = "";
  memset(name, 'x', sizeof name - 1);
  wifi_problem_is("network ", name, NULL);
  CHECK(strlen(wifi_problem()) == 111);
  wifi_problem_is_solved();
  CHECK(wifi_problem() == NULL);
}

int main(void) {
  parses_addresses();
  detects_old_firmware();
  joins_problem_texts();
  static const uint8_t too_much[9000];
  CHECK(!outgoing_add(too_much, sizeof too_much));
  CHECK(outgoing_length() == 0);
  for (int round = 0; round < 200; round++) {
    add((uint32_t)(round * 37 % 4000));
    add(1);
    while (outgoing_length() > 0) drain((uint32_t)(1 + round * 53 % 1024));
  }
  add(4096);
  add(4096);
  CHECK(!outgoing_add(too_much, 1)); /* if not all fits, nothing is added */
  CHECK(outgoing_length() == 8192);
  outgoing_clear();
  CHECK(outgoing_length() == 0);
  return all_checked();
}
