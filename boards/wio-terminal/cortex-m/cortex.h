/* The parts that all boards with a Cortex-M4 share: the tick, sleep, and interrupts. */
#ifndef CORTEX_H
#define CORTEX_H

#include <stdint.h>

void systick_handler(void);

/*
 * Starts the tick: an interrupt each millisecond, which only wakes the loop. The tick is not a
 * clock, because ticks are lost if interrupts come late. A board counts time in hardware.
 */
void cortex_start_tick(uint32_t clock_hz);

/*
 * Sleeps until the next tick, or until an interrupt handler calls cortex_wake. Not every handler
 * calls it: the bytes of a UART wait in their ring until the next tick.
 */
void cortex_sleep(void);
void cortex_wake(void);

/*
 * Disables the tick, interrupts and vectors of the previous program, usually a bootloader.
 * Interrupts are off before this call and on after it.
 */
void cortex_take_over(void);

/* Gives memory, bus and usage faults their own handlers, and makes division by zero a fault. */
void cortex_enable_faults(void);

/*
 * Enables or disables an interrupt line. After cortex_disable_interrupt returns, the line's handler
 * does not run any more.
 */
void cortex_enable_interrupt(unsigned line);
void cortex_disable_interrupt(unsigned line);

enum { CORTEX_PRIORITY_BIT = 5 };

/* Sets the priority of a line, 0..7: 0 interrupts all others. The tick has the lowest priority. */
void cortex_set_priority(unsigned line, unsigned priority);

/* Masks interrupts of this priority (1..7) and lower, until cortex_release is called. */
static inline void cortex_hold(unsigned priority) {
  __asm volatile("msr basepri, %0\nisb" ::"r"(priority << CORTEX_PRIORITY_BIT) : "memory");
}
static inline void cortex_release(void) { __asm volatile("msr basepri, %0" ::"r"(0) : "memory"); }

_Noreturn void cortex_reset(void);

#define CORTEX_REGISTER(address) (*(volatile uint32_t *)(address))

#endif
