/* The parts of the socket that stand alone: addresses, and the bytes on their way out. */
#include "address.h"
#include "check.h"
#include "outgoing.h"

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
  static const char *const names[] = {"",         "localhost", "1.2.3",      "1.2.3.4.5",
                                      "1.2.3.256", "1.2.3.4a",  "1..2.3",     "1.2.3.0004",
                                      "0.0.0.0",   "broker.home"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) CHECK(address_parse(names[i]) == 0);
}

int main(void) {
  parses_addresses();
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
  CHECK(!outgoing_add(too_much, 1)); /* all or nothing */
  CHECK(outgoing_length() == 8192);
  outgoing_clear();
  CHECK(outgoing_length() == 0);
  return all_checked();
}
