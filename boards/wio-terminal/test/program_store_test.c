/* Tests power cuts at each step of a deploy: afterwards the old or the new program is there. */
#include "program_store.h"

#include <stdbool.h>

#include "check.h"
#include "fake_flash.h"

enum { HEADER = 128, SPACE = PROGRAM_STORE_MAX };

typedef struct {
  uint32_t length; /* with the header */
  uint8_t bytes[SPACE];
} program;

static program none, first, second, third;
static uint8_t snapshot[FAKE_FLASH_SIZE];

static void make(program *it, uint32_t length) {
  it->length = HEADER + length;
  for (uint32_t i = 0; i < it->length; i++) it->bytes[i] = (uint8_t)rand();
}

/* Deploys in the virtual machine's order and pieces: DeviceScript, runtime/devicescript/devsmgr.c.
 */
static void deploy(const program *it) {
  const uint8_t *const base = program_store_begin(it->length);
  CHECK(base != NULL && (uintptr_t)base % 8 == 0);
  program_store_write(0, it->bytes, 8);
  CHECK_BYTES(base, it->bytes, 8);
  uint32_t piece = 32;
  for (uint32_t at = HEADER; at < it->length; at += piece, piece = piece % 224 + 32) {
    if (piece > it->length - at) piece = it->length - at;
    program_store_write(at, it->bytes + at, piece);
  }
  /* The virtual machine hashes the program before it completes the header. */
  CHECK_BYTES(base + HEADER, it->bytes + HEADER, it->length - HEADER);
  program_store_write(8, it->bytes + 8, HEADER - 8);
}

/* Whether this is the stored program. The last 8 bytes of the header are not stored. */
static bool is_there(const program *it) {
  uint32_t length;
  const uint8_t *const found = program_store_find(&length);
  if (it->length == 0) return found == NULL;
  return found && length == it->length && memcmp(found, it->bytes, HEADER - 8) == 0 &&
         memcmp(found + HEADER, it->bytes + HEADER, length - HEADER) == 0;
}

static void check_cut(const program *before, const program *next, volatile unsigned at,
                      fake_cut how) {
  memcpy(fake_flash, snapshot, FAKE_FLASH_SIZE);
  fake_flash_forget();
  program_store_init();
  if (setjmp(fake_flash_power) == 0) {
    fake_flash_cut(at, how);
    deploy(next);
    CHECK(!"power was cut");
  }
  fake_flash_forget();
  program_store_init();
  CHECK(is_there(before) || is_there(next));
}

/* Tests all cuts of a deploy. Leaves the flash with `next` deployed. */
static unsigned check_every_cut(const program *before, const program *next) {
  unsigned cuts = 0;
  CHECK(is_there(before));
  memcpy(snapshot, fake_flash, FAKE_FLASH_SIZE);
  fake_flash_forget();
  deploy(next);
  const unsigned steps = fake_flash_steps;
  for (unsigned at = 1; at <= steps; at++) {
    for (unsigned how = 0; how < FAKE_CUTS; how++, cuts++)
      check_cut(before, next, at, (fake_cut)how);
  }
  /* After the last cut, the deploy is repeated without a cut. */
  deploy(next);
  program_store_init();
  CHECK(is_there(next));
  return cuts;
}

int main(void) {
  srand(2);
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  program_store_init();
  CHECK(is_there(&none));
  make(&first, 12 * 1024);
  make(&second, 32);
  make(&third, SPACE - HEADER);
  unsigned cuts = check_every_cut(&none, &first);
  cuts += check_every_cut(&first, &second);
  cuts += check_every_cut(&second, &first);
  printf("%u cuts\n", cuts);
  CHECK(cuts > 4000);

  deploy(&third);
  program_store_init();
  CHECK(is_there(&third));
  CHECK(program_store_begin(SPACE + 1) == NULL);
  CHECK(program_store_begin(HEADER - 1) == NULL);
  CHECK(is_there(&third));

  /* An aborted deploy keeps the old program; a deploy of an empty program leaves no program. */
  CHECK(program_store_begin(4096) != NULL);
  program_store_write(0, first.bytes, 8);
  program_store_init();
  CHECK(is_there(&third));
  const uint8_t *const empty = program_store_begin(HEADER);
  CHECK(empty != NULL && empty[0] == 0xff);
  program_store_init();
  uint32_t length;
  CHECK(program_store_find(&length) == empty && length == HEADER);
  return all_checked();
}
