/*
 * TC0 and TC1 as one 32-bit counter at 1 MHz (DS60001507, TC). Its clock has 16 MHz, because a read
 * waits for some cycles of that clock. Unlike the core's cycle counter, this counter runs in idle
 * sleep. Unlike the tick, it loses no time if an interrupt is late.
 */
#include "clock_counter.h"

#include "clocks.h"
#include "registers.h"

#define TC0_CTRLA REGISTER32(0x40003800)
#define TC0_CTRLBSET REGISTER8(0x40003805)
#define TC0_SYNCBUSY REGISTER32(0x40003810)
#define TC0_COUNT32 REGISTER32(0x40003814)
enum {
  TC_CTRLA_SWRST = 1,
  TC_CTRLA_ENABLE = 2,
  TC_CTRLA_COUNT32 = 2 << 2,
  TC_CTRLA_DIV16 = 4 << 8
};
enum { TC_COMMAND_READSYNC = 4 << 5 };

void clock_counter_init(void) {
  clock_bus_enable(CLOCK_BUS_APBA, 14); /* TC0 */
  clock_bus_enable(CLOCK_BUS_APBA, 15); /* TC1, the upper half of the counter */
  clock_peripheral(CLOCK_CHANNEL_TC0_TC1, CLOCK_GENERATOR_16MHZ);
  TC0_CTRLA = TC_CTRLA_SWRST;
  WAIT_FOR(TC0_SYNCBUSY == 0, "the microsecond counter to reset");
  TC0_CTRLA = TC_CTRLA_COUNT32 | TC_CTRLA_DIV16;
  TC0_CTRLA |= TC_CTRLA_ENABLE;
  WAIT_FOR(TC0_SYNCBUSY == 0, "the microsecond counter to start");
}

static uint32_t read(void) {
  TC0_CTRLBSET = TC_COMMAND_READSYNC;
  WAIT_FOR(TC0_SYNCBUSY == 0, "the microsecond counter to sync");
  /* SYNCBUSY may clear before the command is done; the command reads as 0 when it is done. */
  WAIT_FOR((TC0_CTRLBSET & 7 << 5) == 0, "the microsecond counter to be read");
  return TC0_COUNT32;
}

/* Extends the counter to 64 bits: it wraps after 71 minutes and is read many times a second. */
uint64_t clock_counter_micros(void) {
  static uint64_t wraps;
  static uint32_t last;
  const uint32_t counter = read();
  if (counter < last) wraps++;
  last = counter;
  return wraps << 32 | counter;
}
