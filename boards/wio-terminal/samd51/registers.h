/*
 * Registers of the ATSAMD51P19A, named as in its datasheet (DS60001507) and in Microchip's own
 * headers (component/ and instance/ of the device pack, as in adafruit/uf2-samdx1
 * lib/samd51/include). If only one file uses a peripheral, that file defines its registers.
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#include "panic.h"

#define REGISTER8(address) (*(volatile uint8_t *)(address))
#define REGISTER16(address) (*(volatile uint16_t *)(address))
#define REGISTER32(address) (*(volatile uint32_t *)(address))

/*
 * Waits for a condition of the chip. If the condition does not become true within some milliseconds
 * (at 48 or 120 MHz), panics. If the core is slower, the watchdog resets the chip first.
 */
#define WAIT_FOR(condition, what)                                  \
  do {                                                             \
    for (uint32_t turns_left = 100000; !(condition);) {            \
      if (--turns_left == 0) panic("timed out waiting for " what); \
    }                                                              \
  } while (0)

/* Interrupt lines: samd51p19a.h. Each SERCOM has four. */
enum { SAMD51_LINE_SERCOM0 = 46, SAMD51_LINE_SERCOM2 = 54, SAMD51_LINES = 137 };
enum {
  SAMD51_LINE_USB_OTHER = 80,
  SAMD51_LINE_USB_SOF = 81,
  SAMD51_LINE_USB_TRCPT0 = 82,
  SAMD51_LINE_USB_TRCPT1 = 83
};
enum {
  SAMD51_SERCOM_LINE_DRE = 0,
  SAMD51_SERCOM_LINE_TXC = 1,
  SAMD51_SERCOM_LINE_RXC = 2,
  SAMD51_SERCOM_LINE_ERROR = 3
};

/*
 * Interrupt priorities: 0 is the most urgent. The coprocessor sends a byte every 16 µs and does not
 * wait.
 */
enum {
  SAMD51_PRIORITY_LINK_RECEIVE = 0,
  SAMD51_PRIORITY_USB = 2,
  SAMD51_PRIORITY_TRANSMIT = 3,
  SAMD51_PRIORITY_TICK = 7
};

#endif
