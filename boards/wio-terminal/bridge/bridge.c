#include "bridge.h"

#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "framing.h"

/* The service class of frames for the bridge: SRV_USB_BRIDGE and UsbBridgeCmd in jacdac-spec. */
#define SERVICE_CLASS_USB_BRIDGE 0x18f61a4au
enum {
  BRIDGE_COMMAND_DISABLE_PACKETS = 0x80,
  BRIDGE_COMMAND_ENABLE_PACKETS = 0x81,
  BRIDGE_COMMAND_DISABLE_LOG = 0x82,
  BRIDGE_COMMAND_ENABLE_LOG = 0x83
};

/*
 * The size of the output buffer: room for a few frames, or for the lines that the board logs at its
 * start.
 */
enum { BRIDGE_OUT_SIZE = 2048 };
static uint8_t out[BRIDGE_OUT_SIZE];
static uint16_t out_start, out_length;

static bool is_open, sends_frames, sends_log = true;
static bool frames_lost;
static uint32_t lines_lost;
static bool is_line_cut;     /* a piece did not fit, so the rest of its line is dropped too */
static uint16_t line_length; /* bytes of an unfinished line at the end of `out` */

static framing_decoder decoder;
static bool has_frame; /* a complete frame waits in the decoder until the bus accepts it */
static uint8_t chunk[64];
static size_t chunk_start, chunk_length;

static size_t room(void) { return BRIDGE_OUT_SIZE - out_length; }

static void put(uint8_t byte) { out[(out_start + out_length++) % BRIDGE_OUT_SIZE] = byte; }

static void put_text(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    const uint8_t byte = (uint8_t)text[i];
    if (byte == '\n') put('\r');
    put(byte == FRAMING_MARK ? '?' : byte);
  }
}

/* The number of bytes that `text` takes on the line, where a line end takes two bytes. */
static size_t text_length(const char *text, size_t length) {
  size_t sum = length;
  for (size_t i = 0; i < length; i++) sum += text[i] == '\n';
  return sum;
}

/* Reports dropped lines if there is room. Returns true if no dropped line remains unreported. */
static bool tell_of_lost_lines(void) {
  enum { TELLING_MAX = 48 };
  if (lines_lost == 0) return true;
  if (room() < TELLING_MAX) return false;
  const char *const pieces[] = {"console: ", console_number(lines_lost), " lines lost\n"};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    put_text(pieces[i], strlen(pieces[i]));
  }
  lines_lost = 0;
  return true;
}

/* If a piece does not fit and `out` ends with the start of its line, that start is removed too. */
void bridge_log(const char *text, size_t length) {
  if (!sends_log || length == 0) return;
  const bool ends = text[length - 1] == '\n';
  if (!is_line_cut && (!tell_of_lost_lines() || text_length(text, length) > room())) {
    out_length =
        (uint16_t)(out_length - line_length); /* otherwise the next line would continue this one */
    is_line_cut = true;
    lines_lost++;
  }
  if (!is_line_cut) {
    put_text(text, length);
    line_length = (uint16_t)(line_length + text_length(text, length));
  }
  if (ends || is_line_cut) line_length = 0;
  if (ends) is_line_cut = false;
}

void bridge_frame(const uint8_t *frame) {
  if (!sends_frames) return;
  line_length = 0;
  uint8_t encoded[FRAMING_MAX];
  const size_t length = framing_length(frame);
  const size_t gap = frames_lost ? 2 : 0;
  if (gap + length > room()) {
    frames_lost = true;
    return;
  }
  if (frames_lost) {
    put(FRAMING_MARK);
    put(FRAMING_MARK_FRAME_GAP);
    frames_lost = false;
  }
  framing_encode(frame, encoded);
  for (size_t i = 0; i < length; i++) put(encoded[i]);
}

static bool is_for_bridge(const uint8_t *frame) {
  uint32_t class;
  memcpy(&class, frame + 4, sizeof class);
  return frame[3] & BUS_TO_SERVICE_CLASS && class == SERVICE_CLASS_USB_BRIDGE;
}

/* Executes a command for the bridge. Sends the frame back as the acknowledgement. */
static void obey(const uint8_t *frame) {
  switch (frame[14] | frame[15] << 8) {
    case BRIDGE_COMMAND_ENABLE_PACKETS:
      sends_frames = true;
      break;
    case BRIDGE_COMMAND_ENABLE_LOG:
      sends_log = true;
      break;
    case BRIDGE_COMMAND_DISABLE_LOG:
      sends_log = false;
      break;
    case BRIDGE_COMMAND_DISABLE_PACKETS:
      bridge_frame(frame);
      sends_frames = false;
      return;
    default:
      return;
  }
  bridge_frame(frame);
}

/* Reads at most the bytes of one frame, so that a busy computer does not starve the other tasks. */
static void receive(void) {
  for (size_t taken = 0; taken < FRAMING_MAX; taken++) {
    if (has_frame) {
      if (is_for_bridge(decoder.frame)) obey(decoder.frame);
      else if (!bus_from_line(decoder.frame)) return;
      has_frame = false;
    }
    if (chunk_start == chunk_length) {
      chunk_start = 0;
      chunk_length = board_line_read(chunk, sizeof chunk);
      if (chunk_length == 0) return;
    }
    has_frame = framing_decode(&decoder, chunk[chunk_start++]);
  }
}

static void send(void) {
  while (out_length > 0) {
    const size_t to_end = BRIDGE_OUT_SIZE - (size_t)out_start;
    const size_t piece = out_length < to_end ? out_length : to_end;
    const size_t sent = board_line_write(out + out_start, piece);
    if (sent == 0) return;
    out_start = (uint16_t)((out_start + sent) % BRIDGE_OUT_SIZE);
    out_length = (uint16_t)(out_length - sent);
  }
  tell_of_lost_lines();
}

/* Discards half-sent and half-received data: the next program that opens the line can't use it. */
static void close_line(void) {
  decoder.is_inside = decoder.is_after_mark = has_frame = false;
  out_start = out_length = 0;
  chunk_start = chunk_length = 0;
  sends_frames = frames_lost = false;
  sends_log = true;
}

void bridge_step(void) {
  const bool was_open = is_open;
  line_length = 0;
  is_open = board_line_is_open();
  if (was_open && !is_open) close_line();
  if (!is_open) return;
  receive();
  send();
}
