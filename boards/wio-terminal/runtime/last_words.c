#include "last_words.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "console.h"
#include "hash.h"
#include "text_join.h"

#define MAGIC 0x5344524fu /* "ORDS" */

enum { REASON_MAX = 64 };

typedef struct {
  uint32_t magic;
  char reason[REASON_MAX];
  uint32_t address;
  uint32_t has_registers;
  last_registers registers;
  uint32_t checksum; /* of all fields above */
} record;

/* The linker places this in memory that survives a reset. */
static record kept __attribute__((section(".kept")));

static char reason_before[REASON_MAX];
static char place_before[64];

/*
 * The checksum of the fields. Random memory after power-on passes the checks of magic and checksum
 * with a chance of 1 in 2^64.
 */
static uint32_t checksum(const record *of) {
  return hash((const uint8_t *)of, offsetof(record, checksum));
}

void last_words_keep(const char *reason, uint32_t address, const last_registers *registers) {
  memset(&kept, 0, sizeof kept);
  kept.magic = MAGIC;
  const size_t length = strlen(reason);
  memcpy(kept.reason, reason, length < REASON_MAX ? length : REASON_MAX - 1);
  kept.address = address;
  kept.has_registers = registers != NULL;
  if (registers) kept.registers = *registers;
  kept.checksum = checksum(&kept);
}

static void print_registers(const last_registers *r) {
  console_line("  pc ", console_hex(r->pc), " lr ", console_hex(r->lr), " xpsr ",
               console_hex(r->xpsr), " r12 ", console_hex(r->r12), NULL);
  console_line("  r0 ", console_hex(r->r0), " r1 ", console_hex(r->r1), " r2 ", console_hex(r->r2),
               " r3 ", console_hex(r->r3), NULL);
  console_line("  cfsr ", console_hex(r->cfsr), " hfsr ", console_hex(r->hfsr), " mmfar ",
               console_hex(r->mmfar), " bfar ", console_hex(r->bfar), NULL);
}

void last_words_print(void) {
  if (kept.magic != MAGIC || kept.checksum != checksum(&kept)) return;
  kept.magic = 0;
  memcpy(reason_before, kept.reason, REASON_MAX);
  if (kept.address) {
    console_line("previous run ended: ", reason_before, " at ", console_hex(kept.address), NULL);
  } else {
    console_line("previous run ended: ", reason_before, NULL);
  }
  if (kept.has_registers) print_registers(&kept.registers);
  text_join(place_before, sizeof place_before, kept.address ? " at " : "",
            kept.address ? console_hex(kept.address) : "", NULL);
  if (!kept.has_registers) return;
  const size_t length = strlen(place_before);
  text_join(place_before + length, sizeof place_before - length, ", pc ",
            console_hex(kept.registers.pc), ", lr ", console_hex(kept.registers.lr), NULL);
}

const char *last_words_place(void) { return place_before; }
const char *last_words_reason(void) { return reason_before[0] ? reason_before : NULL; }
