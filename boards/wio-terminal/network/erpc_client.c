#include "erpc_client.h"

#include <string.h>

#include "board.h"
#include "erpc_frame.h"

enum { ERPC_CODEC_VERSION = 1 };

/* The longest call sends a piece of a stream: SOCKET_SEND_MAX in socket.c. */
enum { ERPC_CALL_MAX = 1280 };

static erpc_receiver receiver;
static uint32_t sequence;

static struct {
  enum { ERPC_IDLE, ERPC_BEGUN, ERPC_WAITING } state;
  uint8_t frame[ERPC_FRAME_HEADER + ERPC_CALL_MAX];
  size_t frame_length, sent;
  erpc_writer writer;
  uint32_t deadline_ms;
  uint64_t submitted_micros;
  erpc_done done;
} call;

/* The reply to a callback from the coprocessor. It waits here until the line is free. */
static struct {
  uint8_t frame[ERPC_FRAME_HEADER + ERPC_MESSAGE_HEADER + 4];
  size_t length, sent;
} callback_answer;

static void put_header(erpc_writer *to, uint8_t type, uint8_t function, uint8_t service,
                       uint32_t number) {
  erpc_put_u8(to, type);
  erpc_put_u8(to, function);
  erpc_put_u8(to, service);
  erpc_put_u8(to, ERPC_CODEC_VERSION);
  erpc_put_u32(to, number);
}

static void (*hear_event)(void);

void erpc_listen(void (*hear)(void)) { hear_event = hear; }

void erpc_restart(void) {
  board_link_discard();
  memset(&receiver, 0, offsetof(erpc_receiver, losses));
  callback_answer.length = callback_answer.sent = 0;
  call.state = ERPC_IDLE;
}

bool erpc_is_busy(void) { return call.state != ERPC_IDLE; }

erpc_writer *erpc_begin(uint8_t service, uint8_t function) {
  call.state = ERPC_BEGUN;
  call.writer = (erpc_writer){.bytes = call.frame + ERPC_FRAME_HEADER, .space = ERPC_CALL_MAX};
  put_header(&call.writer, ERPC_INVOCATION, function, service, ++sequence);
  return &call.writer;
}

void erpc_submit(uint32_t deadline_ms, erpc_done done) {
  /* If the arguments did not fit, nothing is sent, and the next step fails the call. */
  call.frame_length = call.writer.failed ? 0 : ERPC_FRAME_HEADER + call.writer.length;
  erpc_seal(call.frame, call.writer.length);
  call.sent = 0;
  call.deadline_ms = deadline_ms;
  call.submitted_micros = board_micros();
  call.done = done;
  call.state = ERPC_WAITING;
}

static void finish(erpc_reader *reply) {
  call.state = ERPC_IDLE; /* set before `done`, which may begin the next call */
  call.done(reply);
}

/*
 * Replies "0" to a callback. The callback's content is not used, because its state is polled for.
 */
static void answer_callback(const uint8_t *message) {
  erpc_writer writer = {.bytes = callback_answer.frame + ERPC_FRAME_HEADER,
                        .space = ERPC_MESSAGE_HEADER + 4};
  erpc_reader reader = {.bytes = message + 4, .length = 4};
  put_header(&writer, ERPC_REPLY, message[1], message[2], erpc_get_u32(&reader));
  erpc_put_u32(&writer, 0);
  erpc_seal(callback_answer.frame, writer.length);
  callback_answer.length = ERPC_FRAME_HEADER + writer.length;
  callback_answer.sent = 0;
}

static void handle(const uint8_t *message, size_t length) {
  const uint8_t *const asked = call.frame + ERPC_FRAME_HEADER;
  if (message[3] != ERPC_CODEC_VERSION) return;
  if (message[0] == ERPC_INVOCATION) {
    answer_callback(message);
  } else if (message[0] == ERPC_ONE_WAY) {
    if (hear_event) hear_event();
  } else if (message[0] == ERPC_REPLY && call.state == ERPC_WAITING &&
             memcmp(message + 1, asked + 1, ERPC_MESSAGE_HEADER - 1) == 0) {
    /* Function, service and sequence match the call, so the reply is neither late nor doubled. */
    erpc_reader reply = {.bytes = message, .length = length, .position = ERPC_MESSAGE_HEADER};
    finish(&reply);
  }
}

static void receive(uint64_t now_micros) {
  uint8_t chunk[128];
  size_t message_length;
  for (bool first = true;; first = false) {
    const size_t got = board_link_read(chunk, sizeof chunk);
    if (got == 0) {
      if (first) erpc_receive(&receiver, chunk, 0, now_micros, &message_length);
      return;
    }
    for (size_t at = 0; at < got;) {
      at += erpc_receive(&receiver, chunk + at, got - at, now_micros, &message_length);
      if (message_length > 0) handle(receiver.bytes + ERPC_FRAME_HEADER, message_length);
    }
  }
}

/* Sends one frame at a time, so that the bytes of two frames do not mix. */
static void transmit(void) {
  const bool call_is_half_sent =
      call.state == ERPC_WAITING && call.sent > 0 && call.sent < call.frame_length;
  if (!call_is_half_sent && callback_answer.sent < callback_answer.length) {
    callback_answer.sent += board_link_write(callback_answer.frame + callback_answer.sent,
                                             callback_answer.length - callback_answer.sent);
    if (callback_answer.sent < callback_answer.length) return;
  }
  if (call.state == ERPC_WAITING && call.sent < call.frame_length) {
    call.sent += board_link_write(call.frame + call.sent, call.frame_length - call.sent);
  }
}

void erpc_step(uint64_t now_micros) {
  transmit();
  receive(now_micros);
  if (call.state != ERPC_WAITING) return;
  const uint64_t waited_micros = now_micros - call.submitted_micros;
  if (call.writer.failed ||
      (now_micros > call.submitted_micros && waited_micros >= (uint64_t)call.deadline_ms * 1000)) {
    finish(NULL);
  }
}
