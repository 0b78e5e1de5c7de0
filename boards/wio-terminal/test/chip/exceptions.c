/* Tests SysTick and SVC on two stacks, a mask, priorities, and the returns from exceptions. */
#include "program.h"

#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)
#define ISER1 REGISTER(0xe000e104)
#define ISPR1 REGISTER(0xe000e204)
#define IPR11 REGISTER(0xe000e42c) /* lines 44..47 */

static volatile uint32_t ticks, order;

void systick_handler(void) {
  uint32_t control, stack;
  __asm volatile("mrs %0, control\nmrs %1, msp" : "=r"(control), "=r"(stack));
  ticks++;
  results[1] = stack;
}

/* Line 46 pends line 47, which is more urgent, so that its handler runs within that of line 46. */
void sercom0_handler(void) {
  uint32_t number;
  __asm volatile("mrs %0, ipsr" : "=r"(number));
  order = order << 8 | number;
  if (number == 16 + 46) {
    ISPR1 = 1u << (47 - 32);
    __asm volatile("dsb\nisb");
    order = order << 8 | 0xee;
  }
}

void supervisor_handler(void) { results[2]++; }

/* Uses all flags and registers that an interrupt could spoil. */
static uint32_t __attribute__((noinline)) work(uint32_t turns) {
  __asm volatile(""); /* so that the compiler does not reuse the result of an earlier call */
  uint32_t hash = 1;
  double sum = 0.5;
  for (uint32_t i = 0; i < turns; i++) {
    hash = hash * 1664525 + 1013904223;
    if (hash & 64) hash ^= i;
    sum = sum * 1.000001 + (hash & 1 ? 0.25 : -0.125);
  }
  return hash ^ (uint32_t)(int32_t)sum;
}

static uint32_t undisturbed;
static uint32_t __attribute__((aligned(8))) process_stack[1024];

static void __attribute__((used, noreturn)) on_process_stack(void) {
  SYST_RVR = 1199;
  SYST_CVR = 0;
  SYST_CSR = 7;
  results[0] = work(20000) == undisturbed;
  const uint32_t after_work = ticks;
  results[3] = after_work;

  __asm volatile("svc 0");
  __asm volatile("svc 1");

  __asm volatile("cpsid i");
  work(1000);
  results[4] = ticks; /* no tick is handled while interrupts are masked */
  __asm volatile("wfi");
  results[5] = ticks; /* a tick has ended the sleep, but is not handled yet */
  __asm volatile("cpsie i\nisb");
  results[6] = ticks; /* the pending tick is handled at once */

  IPR11 = 0x40u << 16 | 0x20u << 24;
  ISER1 = 3u << (46 - 32);
  ISPR1 = 1u << (46 - 32);
  __asm volatile("dsb\nisb");
  results[7] = order;

  const uint32_t before_sleep = ticks;
  for (unsigned i = 0; i < 10; i++) __asm volatile("wfi");
  results[8] = ticks - before_sleep;
  SYST_CSR = 0;
  uint32_t stack;
  __asm volatile("mov %0, sp" : "=r"(stack));
  results[9] = stack - (uint32_t)process_stack <= sizeof process_stack;
  results[10] = 1; /* the program has reached its end */
  for (;;) __asm volatile("wfi");
}

void program(void) {
  ticks = order = 0; /* RAM has random contents after power-on */
  undisturbed = work(20000);
  __asm volatile(
      "msr psp, %0\n"
      "movs r0, #2\n"
      "msr control, r0\n"
      "isb\n"
      "b on_process_stack" ::"r"(process_stack + 1024)
      : "r0");
}
