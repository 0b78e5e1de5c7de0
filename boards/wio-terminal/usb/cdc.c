#include "cdc.h"

#include <string.h>

#include "usb_device.h"

enum { CDC_LINE_STATE_DTR = 1 };
enum { CDC_TOUCH_BAUD = 1200, CDC_TOUCH_MICROS = 250000 };

/* dwDTERate, bCharFormat, bParityType, bDataBits: PSTN 1.2, table 17. 115,200 baud, 8N1. */
static const uint8_t first_coding[CDC_LINE_CODING_LENGTH] = {0x00, 0xc2, 0x01, 0x00, 0, 0, 8};

static uint8_t coding[CDC_LINE_CODING_LENGTH];
static volatile bool is_configured, dtr;
static bool was_open; /* the port was opened after the reset: only then can it be closed */
static bool is_touched;
static uint64_t touched_micros; /* when cdc_wants_bootloader first saw the touch; 0 if not yet */
static size_t received_taken;
static bool last_was_full;
static bool is_end_due; /* the endpoint was already free in the previous round */

void cdc_reset(bool configured) {
  is_configured = configured;
  memcpy(coding, first_coding, sizeof coding);
  dtr = was_open = is_touched = last_was_full = is_end_due = false;
  received_taken = 0;
}

static uint32_t baud(void) {
  return (uint32_t)coding[0] | (uint32_t)coding[1] << 8 | (uint32_t)coding[2] << 16 |
         (uint32_t)coding[3] << 24;
}

static void look_for_touch(void) {
  const bool is_now = was_open && !dtr && baud() == CDC_TOUCH_BAUD;
  if (is_now && !is_touched) touched_micros = 0;
  is_touched = is_now;
}

void cdc_line_coding(uint8_t into[CDC_LINE_CODING_LENGTH]) { memcpy(into, coding, sizeof coding); }

void cdc_set_line_coding(const uint8_t new_coding[CDC_LINE_CODING_LENGTH]) {
  memcpy(coding, new_coding, sizeof coding);
  look_for_touch();
}

void cdc_set_line_state(uint16_t state) {
  dtr = state & CDC_LINE_STATE_DTR;
  if (dtr) was_open = true;
  look_for_touch();
}

bool cdc_wants_bootloader(uint64_t now_micros) {
  if (!is_touched) return false;
  if (touched_micros == 0) touched_micros = now_micros;
  return now_micros - touched_micros >= CDC_TOUCH_MICROS;
}

bool cdc_is_open(void) { return is_configured && dtr && !usb_device_is_suspended(); }

size_t cdc_read(uint8_t *into, size_t space) {
  size_t length;
  const uint8_t *const packet = usb_device_received(USB_ENDPOINT_DATA, &length);
  if (!packet) return 0;
  const size_t left = length - received_taken;
  const size_t taken = left < space ? left : space;
  memcpy(into, packet + received_taken, taken);
  received_taken += taken;
  if (received_taken == length) {
    received_taken = 0;
    usb_device_release(USB_ENDPOINT_DATA);
  }
  return taken;
}

size_t cdc_write(const uint8_t *bytes, size_t length) {
  const size_t sent = length < USB_DATA_PACKET ? length : USB_DATA_PACKET;
  if (sent == 0 || !cdc_is_open() || !usb_device_send(USB_ENDPOINT_DATA, bytes, sent)) return 0;
  last_was_full = sent == USB_DATA_PACKET;
  is_end_due = false;
  return sent;
}

/*
 * Ends a transfer with an empty packet: a host that requested more than one packet waits for a
 * packet that is not full (5.8.3). Waits one round, in case there is more to write.
 */
void cdc_step(void) {
  if (!last_was_full || usb_device_is_sending(USB_ENDPOINT_DATA)) return;
  if (!is_end_due) is_end_due = true;
  else if (usb_device_send(USB_ENDPOINT_DATA, NULL, 0)) last_was_full = is_end_due = false;
}
