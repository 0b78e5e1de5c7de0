/* Registers as in Microchip's DS60001507, chapters WDT, SUPC, CMCC and RSTC. */
#include "supply.h"

#include <stddef.h>

#include "registers.h"

#define WDT_CTRLA REGISTER8(0x40002000)
#define WDT_CONFIG REGISTER8(0x40002001)
#define WDT_SYNCBUSY REGISTER32(0x40002008)
#define WDT_CLEAR REGISTER8(0x4000200c)
enum { WDT_ENABLE = 2, WDT_CLEAR_KEY = 0xa5, WDT_SYNCBUSY_CLEAR = 1 << 4 };
/*
 * The watchdog's period: 8192 cycles of 1,024 Hz, which is longer than an erase of flash and than
 * any round of the virtual machine.
 */
enum { WDT_PERIOD = 0xa };

void watchdog_start(void) {
  if (WDT_CTRLA & WDT_ENABLE) { /* started by a fuse, with the period in the fuse */
    watchdog_feed();
    return;
  }
  WDT_CONFIG = WDT_PERIOD;
  WDT_CTRLA = WDT_ENABLE;
  WAIT_FOR(WDT_SYNCBUSY == 0, "the watchdog");
}

/* A clear takes some cycles of 1,024 Hz. Another clear during that time would be lost. */
void watchdog_feed(void) {
  if (!(WDT_SYNCBUSY & WDT_SYNCBUSY_CLEAR)) WDT_CLEAR = WDT_CLEAR_KEY;
}

#define SUPC_STATUS REGISTER32(0x4000180c)
#define SUPC_BOD33 REGISTER32(0x40001810)
#define SUPC_VREG REGISTER32(0x40001818)
enum { STATUS_BOD33RDY = 1, STATUS_BOD33DET = 2, STATUS_VREGRDY = 1 << 8 };
enum { BOD33_ENABLE = 2, BOD33_RESET = 1 << 2, VREG_BUCK = 1 << 2 };
/*
 * The supply below which the chip is reset, to protect the flash from corruption: 1.5 V + 200 × 6
 * mV = 2.7 V, as in adafruit/uf2-samdx1.
 */
#define BOD33_LEVEL (200u << 16)

void brown_out_init(void) {
  SUPC_BOD33 &= ~(uint32_t)BOD33_ENABLE; /* the level may only be set while the detector is off */
  SUPC_BOD33 = BOD33_LEVEL;
  SUPC_BOD33 = BOD33_LEVEL | BOD33_ENABLE;
  WAIT_FOR(SUPC_STATUS & STATUS_BOD33RDY, "the brown-out detector");
  WAIT_FOR(!(SUPC_STATUS & STATUS_BOD33DET), "a supply above 2.7 V");
  SUPC_BOD33 = BOD33_LEVEL;
  SUPC_BOD33 = BOD33_LEVEL | BOD33_RESET | BOD33_ENABLE;
  WAIT_FOR(SUPC_STATUS & STATUS_BOD33RDY, "the brown-out reset");
  /* Chooses the linear regulator, as all cores for this board do. */
  SUPC_VREG &= ~(uint32_t)VREG_BUCK;
  WAIT_FOR(SUPC_STATUS & STATUS_VREGRDY, "the voltage regulator");
}

#define CMCC_CTRL REGISTER32(0x41006008)
#define CMCC_SR REGISTER32(0x4100600c)
#define CMCC_MAINT0 REGISTER32(0x41006020)

void cache_init(void) {
  CMCC_CTRL = 0;
  WAIT_FOR(!(CMCC_SR & 1), "the cache to stop");
  CMCC_MAINT0 = 1; /* invalidates all of the cache */
  CMCC_CTRL = 1;
}

#define RSTC_RCAUSE REGISTER8(0x40000c00)
enum { RCAUSE_WATCHDOG = 1 << 5, RCAUSE_SOFTWARE = 1 << 6 };

const char *reset_cause(void) {
  static const char *const names[8] = {
      "power on",     "core brown-out", "supply brown-out", "flash controller",
      "reset button", "watchdog",       "software",         "wake from backup",
  };
  const uint8_t cause = RSTC_RCAUSE;
  for (unsigned bit = 0; bit < 8; bit++) {
    if (cause & 1u << bit) return names[bit];
  }
  return "unknown";
}

bool reset_was_watchdog(void) { return RSTC_RCAUSE & RCAUSE_WATCHDOG; }
bool reset_was_software(void) { return RSTC_RCAUSE & RCAUSE_SOFTWARE; }
