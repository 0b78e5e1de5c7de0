/*
 * A slot begins with a seal, which is written last: a slot without a seal is not valid. The virtual
 * machine's header starts 24 bytes after the start of the slot. So the 8 bytes of the header that
 * are written first and the other 120, written last, lie in separate units of 16 bytes; each unit
 * may be written only once (board.h). The last 8 bytes of the header share a unit with the start of
 * the program. They are never read, so they are not written. A part of the program may end in the
 * middle of a unit. The start of that unit then waits in RAM for the rest.
 */
#include "program_store.h"

#include <string.h>

#include "board.h"
#include "crc32.h"
#include "panic.h"

enum { PROGRAM_UNIT = BOARD_STORAGE_UNIT, PROGRAM_BLOCK = BOARD_STORAGE_BLOCK };
enum {
  PROGRAM_FIRST_SLOT = 2 * PROGRAM_BLOCK,
  PROGRAM_SLOT = 7 * PROGRAM_BLOCK,
  PROGRAM_SLOTS = 2
};
enum { PROGRAM_HEADER_AT = 24, PROGRAM_HEADER_START = 8, PROGRAM_HEADER = PROGRAM_STORE_HEADER };
#define MAGIC 0x31475250u /* "PRG1" */

_Static_assert(PROGRAM_HEADER_AT + PROGRAM_STORE_MAX + 8 == PROGRAM_SLOT, "a whole slot");

typedef struct {
  uint32_t magic, sequence, length, crc; /* `crc` covers the fields before it, and the contents */
} seal;

static int used = -1; /* the slot of the stored program; -1 for none */

static struct {
  bool open;
  size_t base; /* the header's offset */
  unsigned slot;
  uint32_t length, written;
  uint8_t rest[PROGRAM_UNIT];
} filling;

static size_t offset_of(unsigned slot) { return PROGRAM_FIRST_SLOT + (size_t)slot * PROGRAM_SLOT; }
static const seal *seal_of(unsigned slot) {
  return (const seal *)(board_storage + offset_of(slot));
}

static uint32_t seal_crc(const seal *of, unsigned slot) {
  const uint32_t crc = crc32(0, of, offsetof(seal, crc));
  return crc32(crc, board_storage + offset_of(slot) + PROGRAM_HEADER_AT, of->length);
}

static bool is_sealed(unsigned slot) {
  const seal *const it = seal_of(slot);
  return it->magic == MAGIC && it->length <= PROGRAM_STORE_MAX && it->crc == seal_crc(it, slot);
}

void program_store_init(void) {
  const bool first = is_sealed(0), second = is_sealed(1);
  used = -1;
  filling.open = false;
  if (first) used = 0;
  if (second && (!first || seal_of(1)->sequence - seal_of(0)->sequence == 1)) used = 1;
}

const uint8_t *program_store_find(uint32_t *length) {
  if (used < 0) return NULL;
  *length = seal_of((unsigned)used)->length;
  return board_storage + offset_of((unsigned)used) + PROGRAM_HEADER_AT;
}

uint32_t program_store_sequence(void) { return used < 0 ? 0 : seal_of((unsigned)used)->sequence; }

bool program_store_take_back(void) {
  if (used < 0 || !is_sealed(1u - (unsigned)used)) return false;
  board_storage_erase(offset_of((unsigned)used));
  program_store_init();
  return true;
}

static void close_slot(void) {
  seal it = {.magic = MAGIC, .sequence = program_store_sequence() + 1, .length = filling.length};
  it.crc = seal_crc(&it, filling.slot);
  board_storage_write(offset_of(filling.slot), (const uint8_t *)&it, sizeof it);
  used = (int)filling.slot;
  filling.open = false;
}

const uint8_t *program_store_begin(uint32_t length) {
  if (length < PROGRAM_HEADER || length > PROGRAM_STORE_MAX) return NULL;
  const unsigned slot = used == 0 ? 1 : 0;
  const size_t at = offset_of(slot), end = at + PROGRAM_HEADER_AT + length;
  for (size_t block = at; block < end; block += PROGRAM_BLOCK) board_storage_erase(block);
  filling.open = true;
  filling.slot = slot;
  filling.base = at + PROGRAM_HEADER_AT;
  filling.length = length;
  filling.written = PROGRAM_HEADER;
  memset(filling.rest, 0xff, PROGRAM_UNIT);
  if (length == PROGRAM_HEADER) close_slot(); /* a header alone means: no program */
  return board_storage + filling.base;
}

uint32_t program_store_unfinished(void) { return filling.open ? filling.written : 0; }

const uint8_t *program_store_filled(uint32_t *length) {
  if (!filling.open || filling.written != filling.length) return NULL;
  *length = filling.length - PROGRAM_HEADER;
  return board_storage + filling.base + PROGRAM_HEADER;
}

/* Writes the first bytes of the header, which are the last bytes of their unit. */
static void write_header_start(const uint8_t *bytes) {
  uint8_t unit[PROGRAM_UNIT];
  memset(unit, 0xff, PROGRAM_UNIT);
  memcpy(unit + PROGRAM_UNIT - PROGRAM_HEADER_START, bytes, PROGRAM_HEADER_START);
  board_storage_write(filling.base - (PROGRAM_UNIT - PROGRAM_HEADER_START), unit, PROGRAM_UNIT);
}

static void write_program(const uint8_t *bytes, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) {
    const size_t at = filling.base + filling.written++;
    filling.rest[at % PROGRAM_UNIT] = bytes[i];
    if (at % PROGRAM_UNIT != PROGRAM_UNIT - 1 && filling.written != filling.length) continue;
    board_storage_write(at - at % PROGRAM_UNIT, filling.rest, PROGRAM_UNIT);
    memset(filling.rest, 0xff, PROGRAM_UNIT);
  }
}

void program_store_write(uint32_t offset, const uint8_t *bytes, uint32_t length) {
  if (!filling.open || length > filling.length || offset > filling.length - length) {
    panic("program written outside its slot");
  }
  if (offset == 0 && length == PROGRAM_HEADER_START) {
    write_header_start(bytes);
  } else if (offset == filling.written) {
    write_program(bytes, length);
  } else if (offset == PROGRAM_HEADER_START && length == PROGRAM_HEADER - PROGRAM_HEADER_START &&
             filling.written == filling.length) {
    board_storage_write(filling.base + PROGRAM_HEADER_START, bytes, length - PROGRAM_HEADER_START);
    close_slot();
  } else {
    panic("program written out of order");
  }
}
