/*
 * Registers: ARMv7-M Architecture Reference Manual, SysTick B3.3, system control B3.2, NVIC B3.4.
 */
#include "cortex.h"

#include <stdbool.h>

#define SYST_CSR CORTEX_REGISTER(0xe000e010)
#define SYST_RVR CORTEX_REGISTER(0xe000e014)
#define SYST_CVR CORTEX_REGISTER(0xe000e018)
#define NVIC_ISER(n) CORTEX_REGISTER(0xe000e100 + 4 * (n))
#define NVIC_ICER(n) CORTEX_REGISTER(0xe000e180 + 4 * (n))
#define NVIC_ICPR(n) CORTEX_REGISTER(0xe000e280 + 4 * (n))
#define NVIC_IPR(line) (*(volatile uint8_t *)(0xe000e400 + (line)))
#define ICSR CORTEX_REGISTER(0xe000ed04)
#define VTOR CORTEX_REGISTER(0xe000ed08)
#define AIRCR CORTEX_REGISTER(0xe000ed0c)
#define CCR CORTEX_REGISTER(0xe000ed14)
#define SHPR3 CORTEX_REGISTER(0xe000ed20)
#define SHCSR CORTEX_REGISTER(0xe000ed24)

enum { SYST_ENABLE = 1, SYST_INTERRUPT = 2, SYST_CPU_CLOCK = 4 };
enum { ICSR_PENDSTCLR = 1 << 25 };
enum { LINE_WORDS = 8 };
enum { CCR_DIV_0_TRP = 1 << 4 };
enum { SHCSR_FAULTS_ENABLE = 7 << 16 };
#define AIRCR_SYSRESETREQ 0x05fa0004u

extern uint32_t linker_vectors[];

void cortex_take_over(void) {
  SYST_CSR = 0;
  ICSR = ICSR_PENDSTCLR;
  for (unsigned word = 0; word < LINE_WORDS; word++) {
    NVIC_ICER(word) = UINT32_MAX;
    NVIC_ICPR(word) = UINT32_MAX;
  }
  VTOR = (uint32_t)linker_vectors;
  SHPR3 |= 0xff000000u; /* the SysTick interrupt gets the lowest priority */
  __asm volatile("dsb\nisb\ncpsie i" ::: "memory");
}

void cortex_start_tick(uint32_t clock_hz) {
  SYST_RVR = clock_hz / 1000 - 1;
  SYST_CVR = 0;
  SYST_CSR = SYST_ENABLE | SYST_INTERRUPT | SYST_CPU_CLOCK;
}

static volatile bool is_awake;

void cortex_wake(void) { is_awake = true; }
void systick_handler(void) { cortex_wake(); }

/* If an interrupt comes between the check and the sleep, the loop wakes at the next tick. */
void cortex_sleep(void) {
  while (!is_awake) __asm volatile("wfi" ::: "memory");
  is_awake = false;
}

void cortex_enable_faults(void) {
  SHCSR |= SHCSR_FAULTS_ENABLE;
  CCR |= CCR_DIV_0_TRP;
}

void cortex_enable_interrupt(unsigned line) { NVIC_ISER(line / 32) = 1u << line % 32; }

void cortex_disable_interrupt(unsigned line) {
  NVIC_ICER(line / 32) = 1u << line % 32;
  __asm volatile("dsb\nisb" ::: "memory");
}

void cortex_set_priority(unsigned line, unsigned priority) {
  NVIC_IPR(line) = (uint8_t)(priority << CORTEX_PRIORITY_BIT);
}

void cortex_reset(void) {
  __asm volatile("dsb" ::: "memory");
  AIRCR = AIRCR_SYSRESETREQ;
  for (;;) {
  }
}
