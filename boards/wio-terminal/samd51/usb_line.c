#include "usb_line.h"

#include "board.h"
#include "cdc.h"
#include "cortex.h"
#include "descriptors.h"
#include "identity.h"
#include "registers.h"
#include "usb_device.h"

/* The word that a double tap of the switch leaves in RAM. With it, the UF2 bootloader waits for an
   image: adafruit/uf2-samdx1 inc/uf2.h, src/selfmain.c. */
#define TAP_WORD REGISTER32(0x2002fffc)
#define TAP_STAY 0xf01669efu

static _Noreturn void enter_bootloader(void) {
  TAP_WORD = TAP_STAY;
  cortex_reset();
}

void usb_line_init(void) {
  descriptors_init(serial_number());
  cdc_reset(false);
  usb_device_start();
}

void usb_line_step(uint64_t now_micros) {
  usb_device_hold();
  cdc_step();
  const bool wants_bootloader = cdc_wants_bootloader(now_micros);
  usb_device_resume();
  if (wants_bootloader) enter_bootloader();
}

bool board_line_is_open(void) { return cdc_is_open(); }

size_t board_line_read(uint8_t *into, size_t space) {
  usb_device_hold();
  const size_t length = cdc_read(into, space);
  usb_device_resume();
  return length;
}

size_t board_line_write(const uint8_t *bytes, size_t length) {
  usb_device_hold();
  const size_t sent = cdc_write(bytes, length);
  usb_device_resume();
  return sent;
}
