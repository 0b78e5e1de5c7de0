/* Tests floating-point registers across exceptions: ARMv7-M, B1.5.6 to B1.5.8. */
#include "program.h"

#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)
#define CPACR REGISTER(0xe000ed88)
#define FPCAR REGISTER(0xe000ef38)

static volatile uint32_t ticks;
static volatile float ticked;

/* The handler's floating-point work spoils registers that work() uses. */
void systick_handler(void) {
  ticks++;
  ticked = ticked * 0.75f + 1.0f / (float)ticks;
}

/* Stores in results[0..5] the state in a handler that has not used a floating-point register. */
static uint32_t __attribute__((used)) look(uint32_t exception_return) {
  uint32_t control;
  const volatile uint32_t *frame;
  __asm volatile("mrs %0, control\nmrs %1, psp" : "=r"(control), "=r"(frame));
  results[0] = exception_return;
  results[1] = control & 4;
  results[2] = frame[8];      /* S0 */
  results[3] = frame[8 + 15]; /* S15 */
  results[4] = frame[8 + 16]; /* FPSCR */
  results[5] = FPCAR - (uint32_t)frame;
  /* The handler's own values, which the interrupted code must not see. */
  __asm volatile("vmov s0, %0\nvmov s15, %0\nvmsr fpscr, %1" ::"r"(0xdeadbeef), "r"(0)
                 : "s0", "s15");
  return exception_return;
}

void __attribute__((naked)) supervisor_handler(void) {
  __asm volatile("mov r0, lr\npush {r4, lr}\nbl look\npop {r4, lr}\nbx lr");
}

static uint32_t __attribute__((noinline)) work(uint32_t turns) {
  __asm volatile("");
  uint32_t hash = 1;
  float sum = 0.5f;
  for (uint32_t i = 0; i < turns; i++) {
    hash = hash * 1664525 + 1013904223;
    const float part = (float)(hash >> 8) * 0.000001f;
    sum = sum > part ? sum * 0.5f - part : sum * 1.5f + part;
  }
  union {
    float number;
    uint32_t bits;
  } end = {.number = sum};
  return hash ^ end.bits;
}

static uint32_t __attribute__((aligned(8))) process_stack[1024];

static void __attribute__((used, noreturn)) on_process_stack(void) {
  uint32_t s0, s15, fpscr, control, before, after;
  __asm volatile(
      "mov %4, sp\n"
      "vmov s0, %6\n"
      "vmov s15, %7\n"
      "vmsr fpscr, %8\n"
      "svc 0\n"
      "vmov %0, s0\n"
      "vmov %1, s15\n"
      "vmrs %2, fpscr\n"
      "mrs %3, control\n"
      "mov %5, sp\n"
      : "=&r"(s0), "=&r"(s15), "=&r"(fpscr), "=&r"(control), "=&r"(before), "=&r"(after)
      : "r"(0x11111111), "r"(0x22222222), "r"(0x60000000)
      : "s0", "s15", "memory");
  results[6] = s0 == 0x11111111 && s15 == 0x22222222 && fpscr == 0x60000000 && before == after;
  results[7] = control & 4;

  const uint32_t undisturbed = work(5000);
  SYST_RVR = 799;
  SYST_CVR = 0;
  SYST_CSR = 7;
  results[8] = work(5000) == undisturbed;
  SYST_CSR = 0;
  results[9] = ticks;

  uint32_t first[6];
  for (unsigned i = 0; i < 6; i++) first[i] = results[i];
  /* A context without floating point, although the handler uses floating point. */
  __asm volatile("msr control, %0\nisb\nsvc 0" ::"r"(2) : "memory");
  uint32_t last;
  __asm volatile("mrs %0, control" : "=r"(last));
  results[11] = last & 4;
  results[12] = results[0];
  for (unsigned i = 0; i < 6; i++) results[i] = first[i];
  results[10] = 1; /* the program has reached its end */
  for (;;) __asm volatile("wfi");
}

void program(void) {
  ticks = 0; /* RAM has random contents after power-on */
#ifndef WITHOUT_CP10
  CPACR |= 0xfu << 20;
#endif
  __asm volatile("dsb\nisb");
  ticked = 0;
  __asm volatile(
      "msr psp, %0\n"
      "movs r0, #2\n"
      "msr control, r0\n"
      "isb\n"
      "b on_process_stack" ::"r"(process_stack + 1024)
      : "r0");
}
