/* Tests calls, and all messages that may come instead of a reply. */
#include "erpc_client.h"
#include "check.h"
#include "erpc_frame.h"
#include "fake_board.h"

static unsigned replies, failures, events;
static uint32_t answer;

static void done(erpc_reader *reply) {
  if (!reply) {
    failures++;
    return;
  }
  answer = erpc_get_u32(reply);
  replies++;
}

static void heard(void) { events++; }

static void step(uint64_t micros) {
  fake_micros += micros;
  erpc_step(fake_micros);
}

/* Simulates a message from the coprocessor: header, number, one word. */
static void arrives(uint8_t type, uint8_t function, uint8_t service, uint32_t number,
                    uint32_t word) {
  uint8_t frame[16] = {[4] = type, function, service, 1};
  memcpy(frame + 8, &number, 4);
  memcpy(frame + 12, &word, 4);
  erpc_seal(frame, 12);
  fake_receive(frame, sizeof frame);
}

/* Submits a call without arguments. Returns the sequence number that was sent on the line. */
static uint32_t call(uint32_t deadline_ms) {
  fake_written_length = 0;
  erpc_begin(ERPC_WIFI, 4);
  erpc_submit(deadline_ms, done);
  step(10);
  uint32_t number;
  CHECK(fake_written_length == 12);
  memcpy(&number, fake_written + 8, 4);
  return number;
}

/* Compares the sent requests with those recorded from a working driver. */
static void sends_known_requests(void) {
  static const uint8_t version[] = {8, 0, 0x7d, 0xa6, 0, 1, 1, 1, 1, 0, 0, 0};
  static const uint8_t wifi_on[] = {12, 0, 0xc6, 0xe8, 0, 27, 14, 1, 2, 0, 0, 0, 1, 0, 0, 0};
  static const uint8_t connect[] = {
      41,  0,   0x78, 0x29, 0,   1,   14,  1,   3, 0, 0,  0,    /* header */
      4,   0,   0,    0,    's', 's', 'i', 'd', 0, 8, 0,  0, 0, /* texts */
      'p', 'a', 's',  's',  'w', 'o', 'r', 'd', 4, 0, 64, 0, 255, 255, 255, 255, 0, 0, 0, 0};
  static const uint8_t receive[] = {24, 0, 0xc7, 0xb3, 0, 12, 16, 1, 4, 0, 0, 0, 0, 0,
                                    0,  0, 0x9c, 5,    0, 0,  8,  0, 0, 0, 0, 0, 0, 0};
  erpc_begin(ERPC_SYSTEM, 1);
  erpc_submit(1000, done);
  step(1);
  CHECK_BYTES(fake_written, version, sizeof version);
  arrives(ERPC_REPLY, 1, ERPC_SYSTEM, 1, 0);
  step(1);

  fake_written_length = 0;
  erpc_put_u32(erpc_begin(ERPC_WIFI, 27), 1);
  erpc_submit(1000, done);
  step(1);
  CHECK_BYTES(fake_written, wifi_on, sizeof wifi_on);
  arrives(ERPC_REPLY, 27, ERPC_WIFI, 2, 0);
  step(1);

  fake_written_length = 0;
  erpc_writer *arguments = erpc_begin(ERPC_WIFI, 1);
  erpc_put_text(arguments, "ssid");
  erpc_put_nullable_text(arguments, "password");
  erpc_put_u32(arguments, 0x00400004);
  erpc_put_u32(arguments, 0xffffffff);
  erpc_put_u32(arguments, 0);
  erpc_submit(1000, done);
  step(1);
  CHECK_BYTES(fake_written, connect, sizeof connect);
  arrives(ERPC_REPLY, 1, ERPC_WIFI, 3, 0);
  step(1);

  fake_written_length = 0;
  arguments = erpc_begin(ERPC_LWIP, 12);
  erpc_put_u32(arguments, 0);
  erpc_put_u32(arguments, 1436);
  erpc_put_u32(arguments, 8);
  erpc_put_u32(arguments, 0);
  erpc_submit(1000, done);
  step(1);
  CHECK_BYTES(fake_written, receive, sizeof receive);
  arrives(ERPC_REPLY, 12, ERPC_LWIP, 4, 0);
  step(1);
  CHECK(replies == 4 && failures == 0 && !erpc_is_busy());
}

static void accepts_only_its_own_reply(void) {
  const unsigned before = replies;
  const uint32_t number = call(1000);
  arrives(ERPC_REPLY, 4, ERPC_WIFI, number - 1, 7); /* the late reply to an earlier call */
  arrives(ERPC_REPLY, 5, ERPC_WIFI, number, 7);
  arrives(ERPC_REPLY, 4, ERPC_LWIP, number, 7);
  step(10);
  CHECK(replies == before && erpc_is_busy());
  arrives(ERPC_REPLY, 4, ERPC_WIFI, number, 42);
  arrives(ERPC_REPLY, 4, ERPC_WIFI, number, 43); /* a second reply to the same call */
  step(10);
  CHECK(replies == before + 1 && answer == 42 && !erpc_is_busy());
}

static void answers_callbacks_before_its_reply(void) {
  const unsigned before = replies;
  const uint32_t number = call(1000);
  fake_written_length = 0;
  arrives(ERPC_INVOCATION, 3, 19, 77, 0);
  arrives(ERPC_ONE_WAY, 1, 19, 78, 5);
  arrives(ERPC_REPLY, 4, ERPC_WIFI, number, 1);
  step(10);
  step(10);
  static const uint8_t expected[] = {ERPC_REPLY, 3, 19, 1, 77, 0, 0, 0, 0, 0, 0, 0};
  CHECK(fake_written_length == 16);
  CHECK_BYTES(fake_written + 4, expected, sizeof expected);
  CHECK(replies == before + 1 && events == 1);
}

static void fails_at_its_deadline(void) {
  const unsigned before = failures;
  call(300);
  step(299 * 1000);
  CHECK(failures == before && erpc_is_busy());
  step(1000);
  CHECK(failures == before + 1 && !erpc_is_busy());
}

static void sends_through_a_narrow_line(void) {
  const unsigned before = replies;
  fake_write_limit = 5;
  fake_written_length = 0;
  erpc_put_u32(erpc_begin(ERPC_WIFI, 27), 1);
  erpc_submit(1000, done);
  step(1);
  CHECK(fake_written_length == 5);
  arrives(ERPC_INVOCATION, 3, 19, 80, 0); /* the answer must wait for the rest of the call */
  for (int i = 0; i < 10; i++) step(1);
  fake_write_limit = SIZE_MAX;
  CHECK(fake_written_length == 32 && fake_written[0] == 12 && fake_written[16 + 4] == ERPC_REPLY);
  uint32_t number;
  memcpy(&number, fake_written + 8, 4);
  arrives(ERPC_REPLY, 27, ERPC_WIFI, number, 0);
  step(1);
  CHECK(replies == before + 1);
}

static void fails_a_call_that_does_not_fit(void) {
  static const uint8_t bytes[2000];
  const unsigned before = failures;
  fake_written_length = 0;
  erpc_put_binary(erpc_begin(ERPC_LWIP, 15), bytes, sizeof bytes);
  erpc_submit(1000, done);
  step(10);
  CHECK(failures == before + 1 && fake_written_length == 0);
}

int main(void) {
  erpc_restart();
  erpc_listen(heard);
  sends_known_requests();
  accepts_only_its_own_reply();
  answers_callbacks_before_its_reply();
  fails_at_its_deadline();
  sends_through_a_narrow_line();
  fails_a_call_that_does_not_fit();
  return all_checked();
}
