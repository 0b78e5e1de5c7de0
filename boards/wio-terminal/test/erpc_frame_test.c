/* Tests the frame format with known check vectors and with garbage. */
#include "erpc_frame.h"
#include "check.h"
#include "erpc_codec.h"

static erpc_receiver receiver;

/* Receives all bytes at once. Returns the length of the last message, 0 if there was none. */
static size_t receive_all(const void *bytes, size_t length, uint64_t now) {
  size_t message = 0, last = 0;
  for (size_t at = 0; at < length;) {
    at += erpc_receive(&receiver, (const uint8_t *)bytes + at, length - at, now, &message);
    if (message > 0) last = message;
  }
  return last;
}

static void crc_vectors(void) {
  CHECK(erpc_crc((const uint8_t *)"123456789", 9) == 0x89ac);
  CHECK(erpc_crc(NULL, 0) == 0xef4a);
}

static const uint8_t reply[] = {0x11, 0x00, 0x93, 0xfe, 2, 1,   1,   1,   1,   0,  0,
                                0,    5,    0,    0,    0, '2', '.', '1', '.', '3'};

static void seals(void) {
  uint8_t frame[sizeof reply] = {0};
  memcpy(frame + 4, reply + 4, sizeof reply - 4);
  erpc_seal(frame, sizeof reply - 4);
  CHECK_BYTES(frame, reply, sizeof reply);
}

static void receives_whole_and_in_pieces(void) {
  memset(&receiver, 0, sizeof receiver);
  CHECK(receive_all(reply, sizeof reply, 1) == 17);
  CHECK_BYTES(receiver.bytes + 4, reply + 4, 17);
  for (size_t i = 0; i + 1 < sizeof reply; i++) CHECK(receive_all(reply + i, 1, 2) == 0);
  CHECK(receive_all(reply + sizeof reply - 1, 1, 2) == 17);
}

static void resynchronizes_after_garbage(void) {
  memset(&receiver, 0, sizeof receiver);
  size_t message;
  uint8_t bad[sizeof reply];
  memcpy(bad, reply, sizeof reply);
  bad[10] ^= 4;
  CHECK(receive_all(bad, sizeof bad, 1000) == 0);
  CHECK(receiver.lost && receiver.losses == 1);
  /*
   * Until the line is silent, a good message is also discarded: it may be a part of another
   * message.
   */
  CHECK(receive_all(reply, sizeof reply, 2000) == 0);
  erpc_receive(&receiver, NULL, 0, 2000 + ERPC_SILENCE_MICROS - 1, &message);
  CHECK(receiver.lost);
  erpc_receive(&receiver, NULL, 0, 2000 + ERPC_SILENCE_MICROS, &message);
  CHECK(!receiver.lost);
  CHECK(receive_all(reply, sizeof reply, 300000) == 17);
}

static void refuses_impossible_lengths(void) {
  memset(&receiver, 0, sizeof receiver);
  const uint8_t long_one[] = {0x01, 0x10, 0, 0};
  const uint8_t short_one[] = {0x07, 0x00, 0, 0};
  CHECK(receive_all(long_one, sizeof long_one, 1) == 0 && receiver.losses == 1);
  receiver.lost = false;
  CHECK(receive_all(short_one, sizeof short_one, 1) == 0 && receiver.losses == 2);
}

static void discards_half_a_message_after_silence(void) {
  memset(&receiver, 0, sizeof receiver);
  size_t message;
  CHECK(receive_all(reply, 9, 1) == 0);
  erpc_receive(&receiver, NULL, 0, 1 + ERPC_SILENCE_MICROS, &message);
  CHECK(receiver.losses == 1);
  CHECK(receive_all(reply, sizeof reply, 200000) == 17);
}

static void receives_the_longest_message(void) {
  static uint8_t frame[ERPC_FRAME_HEADER + ERPC_MESSAGE_MAX];
  memset(&receiver, 0, sizeof receiver);
  for (size_t i = 0; i < sizeof frame; i++) frame[i] = (uint8_t)(i * 7);
  erpc_seal(frame, ERPC_MESSAGE_MAX);
  CHECK(receive_all(frame, sizeof frame, 1) == ERPC_MESSAGE_MAX);
}

/* Random bytes may form any message. The sanitizers detect bad memory accesses. */
static void survives_random_bytes(void) {
  memset(&receiver, 0, sizeof receiver);
  uint32_t state = 1;
  uint8_t noise[37];
  size_t message;
  for (uint64_t now = 0; now < 20000; now++) {
    for (size_t i = 0; i < sizeof noise; i++) {
      state = state * 1664525 + 1013904223;
      /* Small numbers, so that lengths are often valid. */
      noise[i] = (uint8_t)((state >> 24) % (now % 2 ? 256 : 17));
    }
    erpc_receive(&receiver, noise, sizeof noise, now * 10000, &message);
    if (now % 3 == 0) erpc_receive(&receiver, NULL, 0, now * 10000 + 200000, &message);
  }
  CHECK(receiver.losses > 1000);
}

static void codec_stays_in_its_buffer(void) {
  uint8_t space[8];
  erpc_writer writer = {.bytes = space, .space = sizeof space};
  erpc_put_nullable_text(&writer, NULL);
  erpc_put_text(&writer, "abc");
  CHECK(!writer.failed && writer.length == 8);
  CHECK_BYTES(space, "\1\3\0\0\0abc", 8);
  erpc_put_u8(&writer, 1);
  CHECK(writer.failed && writer.length == 8);

  uint32_t length;
  erpc_reader reader = {.bytes = space + 1, .length = 7};
  CHECK_BYTES(erpc_get_binary(&reader, &length), "abc", 3);
  CHECK(length == 3 && !reader.failed);
  CHECK(erpc_get_u32(&reader) == 0 && reader.failed);

  const uint8_t lying[] = {0xff, 0xff, 0xff, 0xff, 1};
  erpc_reader liar = {.bytes = lying, .length = sizeof lying};
  erpc_get_binary(&liar, &length);
  CHECK(liar.failed && length == 0);
}

int main(void) {
  crc_vectors();
  seals();
  receives_whole_and_in_pieces();
  resynchronizes_after_garbage();
  refuses_impossible_lengths();
  discards_half_a_message_after_silence();
  receives_the_longest_message();
  survives_random_bytes();
  codec_stays_in_its_buffer();
  return all_checked();
}
