/* Tests the serial line from the computer's side: frames and text in, frames and text out. */
#include "bridge.h"
#include "board.h"
#include "bus.h"
#include "check.h"
#include "framing.h"

#include <stdint.h>

/* The fake serial line: whether it is open, and the bytes in each direction. */
static bool line_open = true;
static uint8_t to_board[4096], from_board[65536];
static size_t to_board_start, to_board_length, from_board_length, write_limit = SIZE_MAX;

bool board_line_is_open(void) { return line_open; }

size_t board_line_read(uint8_t *into, size_t space) {
  const size_t left = to_board_length - to_board_start;
  const size_t length = left < space ? left : space;
  memcpy(into, to_board + to_board_start, length);
  to_board_start += length;
  return length;
}

size_t board_line_write(const uint8_t *bytes, size_t length) {
  if (length > write_limit) length = write_limit;
  CHECK(length <= sizeof from_board - from_board_length);
  memcpy(from_board + from_board_length, bytes, length);
  from_board_length += length;
  return length;
}

/* A fake of the bus. */
static uint8_t got[BUS_FRAME_MAX];
static unsigned got_count;
static bool bus_is_full;

bool bus_from_line(const uint8_t *frame) {
  if (bus_is_full) return false;
  memcpy(got, frame, BUS_FRAME_HEADER + (size_t)frame[2]);
  got_count++;
  return true;
}

uint16_t bus_crc(const uint8_t *bytes, uint16_t length) {
  uint16_t crc = 0xffff;
  while (length-- > 0) {
    crc ^= (uint16_t)(*bytes++ << 8);
    for (int bit = 0; bit < 8; bit++) crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
  }
  return crc;
}

const char *console_number(int64_t value) {
  static char text[24];
  snprintf(text, sizeof text, "%lld", (long long)value);
  return text;
}

static void make(uint8_t *frame, uint8_t flags, uint32_t target, uint16_t command, uint8_t size) {
  memset(frame, 0, BUS_FRAME_MAX);
  frame[2] = (uint8_t)(BUS_PACKET_HEADER + size);
  frame[3] = flags;
  memcpy(frame + 4, &target, sizeof target);
  frame[12] = size;
  frame[14] = (uint8_t)command;
  frame[15] = (uint8_t)(command >> 8);
  memset(frame + 16, FRAMING_MARK, size);
  const uint16_t crc = bus_crc(frame + 2, (uint16_t)(frame[2] + 10));
  frame[0] = (uint8_t)crc;
  frame[1] = (uint8_t)(crc >> 8);
}

static void type(const void *bytes, size_t length) {
  if (to_board_start == to_board_length) to_board_start = to_board_length = 0;
  CHECK(length <= sizeof to_board - to_board_length);
  memcpy(to_board + to_board_length, bytes, length);
  to_board_length += length;
}

static void send(const uint8_t *frame) {
  uint8_t encoded[FRAMING_MAX];
  framing_encode(frame, encoded);
  type(encoded, framing_length(frame));
}

static void step(void) {
  from_board_length = 0;
  for (int i = 0; i < 100; i++) bridge_step();
}

static void ask_bridge(uint16_t command) {
  uint8_t frame[BUS_FRAME_MAX];
  make(frame, BUS_COMMAND | BUS_TO_SERVICE_CLASS, 0x18f61a4a, command, 0);
  send(frame);
  step();
}

static void log_text(const char *text) { bridge_log(text, strlen(text)); }

static bool received(const char *text) {
  const size_t length = strlen(text);
  for (size_t i = 0; i + length <= from_board_length; i++) {
    if (memcmp(from_board + i, text, length) == 0) return true;
  }
  return false;
}

static void decodes_what_it_encoded(void) {
  uint8_t frame[BUS_FRAME_MAX], encoded[FRAMING_MAX];
  framing_decoder decoder = {0};
  for (unsigned size = 0; size <= BUS_PAYLOAD_MAX; size += 5) {
    make(frame, 0, 0xfefefefe, 0x1101, (uint8_t)size);
    const size_t length = framing_length(frame);
    CHECK(length <= sizeof encoded);
    framing_encode(frame, encoded);
    unsigned whole = 0;
    for (size_t i = 0; i < length; i++) whole += framing_decode(&decoder, encoded[i]);
    CHECK(whole == 1);
    CHECK_BYTES(decoder.frame, frame, BUS_FRAME_HEADER + (size_t)frame[2]);
  }
}

static void skips_damaged_frames(void) {
  uint8_t frame[BUS_FRAME_MAX], encoded[FRAMING_MAX];
  framing_decoder decoder = {0};
  make(frame, 0, 7, 0x1101, 20);
  const size_t length = framing_length(frame);
  for (size_t bad = 2; bad + 2 < length; bad++) {
    framing_encode(frame, encoded);
    encoded[bad] ^= 1;
    unsigned whole = 0;
    for (size_t i = 0; i < length; i++) whole += framing_decode(&decoder, encoded[i]);
    CHECK(whole == 0);
  }
}

static void keeps_text_and_frames_apart(void) {
  log_text("wifi: up");
  log_text("\n");
  step();
  CHECK(received("wifi: up\r\n"));
  type("hello\xfe\xfdthere", 12);
  step();
  CHECK(got_count == 0);
}

static void sends_frames_only_on_request(void) {
  uint8_t frame[BUS_FRAME_MAX];
  make(frame, 0, 1, 0x1101, 4);
  bridge_frame(frame);
  step();
  CHECK(from_board_length == 0);
  ask_bridge(0x81);
  CHECK(from_board_length > 0); /* the same frame comes back */
  bridge_frame(frame);
  step();
  CHECK(from_board_length == framing_length(frame));
  ask_bridge(0x82);
  log_text("not to be seen\n");
  step();
  CHECK(from_board_length == 0);
  ask_bridge(0x83);
  log_text("to be seen\n");
  step();
  CHECK(received("to be seen"));
  ask_bridge(0x80);
  bridge_frame(frame);
  step();
  CHECK(from_board_length == 0);
}

static void waits_while_the_bus_is_full(void) {
  uint8_t frame[BUS_FRAME_MAX];
  make(frame, BUS_COMMAND, 1, 0x81, 100);
  bus_is_full = true;
  got_count = 0;
  send(frame);
  send(frame);
  step();
  CHECK(got_count == 0);
  bus_is_full = false;
  step();
  CHECK(got_count == 2);
  CHECK_BYTES(got, frame, BUS_FRAME_HEADER + (size_t)frame[2]);
}

static void reports_dropped_output(void) {
  uint8_t frame[BUS_FRAME_MAX];
  ask_bridge(0x81);
  write_limit = 0;
  make(frame, 0, 1, 0x1101, 100);
  for (int i = 0; i < 300; i++) log_text("one of many lines\n");
  for (int i = 0; i < 20; i++) bridge_frame(frame);
  write_limit = SIZE_MAX;
  step();
  CHECK(received("console: 193 lines lost\r\n"));
  bridge_frame(frame);
  step();
  CHECK(from_board[0] == FRAMING_MARK && from_board[1] == FRAMING_MARK_FRAME_GAP);
  CHECK(from_board_length == framing_length(frame) + 2);
  ask_bridge(0x80);
}

/* The console writes a line in pieces. */
static void sends_a_line_completely_or_not_at_all(void) {
  static const char line[] = "one of many lines\r\n", telling[] = "console: 193 lines lost\r\n";
  enum { LINE = sizeof line - 1, WHOLE = 2048 / LINE };
  step();
  write_limit = 0;
  for (int i = 0; i < 300; i++) {
    log_text("one of ");
    log_text("many lines");
    log_text("\n");
  }
  write_limit = SIZE_MAX;
  step();
  CHECK(2048 % LINE > strlen("one of ")); /* there was room for the first piece of the next line */
  CHECK(from_board_length == WHOLE * LINE + sizeof telling - 1);
  for (size_t i = 0; i < WHOLE; i++) CHECK_BYTES(from_board + i * LINE, line, LINE);
  CHECK_BYTES(from_board + WHOLE * LINE, telling, sizeof telling - 1);
  log_text("and ");
  log_text("on\n");
  step();
  CHECK(from_board_length == 8 && received("and on\r\n"));
}

static void resets_when_the_line_is_closed(void) {
  ask_bridge(0x81);
  line_open = false;
  step();
  log_text("said while nobody listened\n");
  step();
  CHECK(from_board_length == 0);
  line_open = true;
  step();
  CHECK(received("said while nobody listened"));
  uint8_t frame[BUS_FRAME_MAX];
  make(frame, 0, 1, 0x1101, 4);
  bridge_frame(frame); /* the program that opened the line again has not requested frames */
  step();
  CHECK(from_board_length == 0);
}

static void survives_random_bytes(void) {
  uint32_t state = 11;
  for (int round = 0; round < 20000; round++) {
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof bytes; i++) {
      state = state * 1664525 + 1013904223;
      /* Half of the bytes are marks, because marks are the difficult case. */
      bytes[i] = (uint8_t)(state >> 24 & 1 ? 0xf8 + (state >> 25) % 7 : state >> 24);
    }
    type(bytes, sizeof bytes);
    step();
  }
  got_count = 0;
  uint8_t frame[BUS_FRAME_MAX];
  make(frame, BUS_COMMAND, 1, 0x81, 4);
  send(frame); /* the first mark of this frame ends an open frame */
  send(frame);
  step();
  CHECK(got_count >= 1);
}

int main(void) {
  decodes_what_it_encoded();
  skips_damaged_frames();
  keeps_text_and_frames_apart();
  sends_frames_only_on_request();
  waits_while_the_bus_is_full();
  reports_dropped_output();
  sends_a_line_completely_or_not_at_all();
  resets_when_the_line_is_closed();
  survives_random_bytes();
  return all_checked();
}
