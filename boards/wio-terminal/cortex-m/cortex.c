/* ARMv7-M Architecture Reference Manual: SysTick B3.3, system control B3.2, NVIC B3.4. */
#include "cortex.h"

#define SYST_CSR CORTEX_REGISTER(0xe000e010)
#define SYST_RVR CORTEX_REGISTER(0xe000e014)
#define SYST_CVR CORTEX_REGISTER(0xe000e018)
#define NVIC_ISER(n) CORTEX_REGISTER(0xe000e100 + 4 * (n))
#define ICSR CORTEX_REGISTER(0xe000ed04)
#define AIRCR CORTEX_REGISTER(0xe000ed0c)
#define CCR CORTEX_REGISTER(0xe000ed14)
#define SHCSR CORTEX_REGISTER(0xe000ed24)

enum { SYST_ENABLE = 1, SYST_INTERRUPT = 2, SYST_CPU_CLOCK = 4 };
enum { ICSR_PENDSTSET = 1 << 26 };
enum { CCR_DIV_0_TRP = 1 << 4 };
enum { SHCSR_FAULTS_ENABLE = 7 << 16 };
#define AIRCR_SYSRESETREQ 0x05fa0004u

static volatile uint64_t tick_millis;
static uint32_t ticks_per_micro;
static uint32_t ticks_per_milli;

void cortex_start_tick(uint32_t clock_hz) {
  ticks_per_micro = clock_hz / 1000000;
  ticks_per_milli = clock_hz / 1000;
  SYST_RVR = ticks_per_milli - 1;
  SYST_CVR = 0;
  SYST_CSR = SYST_ENABLE | SYST_INTERRUPT | SYST_CPU_CLOCK;
}

void systick_handler(void) { tick_millis++; }

uint64_t cortex_micros(void) {
  cortex_disable_interrupts();
  uint64_t millis = tick_millis;
  uint32_t left = SYST_CVR;
  if (ICSR & ICSR_PENDSTSET) {
    /* The counter has wrapped, and its interrupt waits for us. */
    left = SYST_CVR;
    millis++;
  }
  cortex_enable_interrupts();
  return millis * 1000 + (ticks_per_milli - 1 - left) / ticks_per_micro;
}

void cortex_enable_faults(void) {
  SHCSR |= SHCSR_FAULTS_ENABLE;
  CCR |= CCR_DIV_0_TRP;
}

void cortex_enable_interrupt(unsigned line) { NVIC_ISER(line / 32) = 1u << line % 32; }

void cortex_reset(void) {
  __asm volatile("dsb" ::: "memory");
  AIRCR = AIRCR_SYSRESETREQ;
  for (;;) {
  }
}
