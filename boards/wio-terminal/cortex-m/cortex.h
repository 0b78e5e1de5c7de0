/* What all boards with a Cortex-M4 share: the tick, sleep, and interrupts. */
#ifndef CORTEX_H
#define CORTEX_H

#include <stdint.h>

void systick_handler(void);

/*
 * Starts an interrupt each millisecond, which wakes the loop and does nothing else. It is not a
 * clock: ticks are lost if interrupts come late. A board counts time in hardware.
 */
void cortex_start_tick(uint32_t clock_hz);

/*
 * Sleeps until the next tick, or until an interrupt handler wakes the loop. Other handlers do their
 * work and let it sleep: bytes of a UART wait in their ring.
 */
void cortex_sleep(void);
void cortex_wake(void);

/*
 * Disables the tick, interrupts and vectors of what ran before, usually a bootloader. Interrupts
 * are off before this call and on after it.
 */
void cortex_take_over(void);

/* Memory, bus and usage faults get a handler of their own; division by zero becomes one. */
void cortex_enable_faults(void);

/* Enables an interrupt line, or disables it: once that returns, none comes. */
void cortex_enable_interrupt(unsigned line);
void cortex_disable_interrupt(unsigned line);

enum { CORTEX_PRIORITY_BIT = 5 };

/* Priority of a line, 0..7: 0 interrupts all others. The tick has the lowest. */
void cortex_set_priority(unsigned line, unsigned priority);

/* Masks interrupts of this priority (1..7) and lower, until they are unmasked. */
static inline void cortex_hold(unsigned priority) {
  __asm volatile("msr basepri, %0\nisb" ::"r"(priority << CORTEX_PRIORITY_BIT) : "memory");
}
static inline void cortex_release(void) { __asm volatile("msr basepri, %0" ::"r"(0) : "memory"); }

_Noreturn void cortex_reset(void);

#define CORTEX_REGISTER(address) (*(volatile uint32_t *)(address))

#endif
