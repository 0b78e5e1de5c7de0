/* Does not include board.h, which declares the storage as constant: here it is not constant. */
#include "fake_flash.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8192, UNIT = 16 };

uint8_t fake_flash[FAKE_FLASH_SIZE] __attribute__((aligned(16)));

unsigned fake_flash_steps;
jmp_buf fake_flash_power;
static unsigned steps_left = 0;
static fake_cut cut;

void board_storage_erase(size_t offset);
void board_storage_write(size_t offset, const uint8_t *bytes, size_t length);

void fake_flash_forget(void) { fake_flash_steps = steps_left = 0; }

void fake_flash_cut(unsigned steps, fake_cut how) {
  steps_left = steps;
  cut = how;
}

/* Executes a step. If power is cut within the step, each bit has its old or its new value. */
static void step(uint8_t *at, const uint8_t *after, size_t length) {
  const bool dies = steps_left > 0 && --steps_left == 0;
  fake_flash_steps++;
  for (size_t i = 0; i < length; i++) {
    const uint8_t some = (uint8_t)rand();
    if (!dies || cut == FAKE_CUT_AFTER) at[i] = after[i];
    else if (cut == FAKE_CUT_WITHIN) at[i] = (uint8_t)((at[i] & some) | (after[i] & ~some));
  }
  if (dies) longjmp(fake_flash_power, 1);
}

static void demand(bool kept, const char *rule) {
  if (kept) return;
  printf("the flash was misused: %s\n", rule);
  exit(1);
}

void board_storage_erase(size_t offset) {
  static uint8_t erased[BLOCK];
  memset(erased, 0xff, BLOCK);
  demand(offset % BLOCK == 0 && offset < FAKE_FLASH_SIZE, "whole blocks are erased");
  step(fake_flash + offset, erased, BLOCK);
}

void board_storage_write(size_t offset, const uint8_t *bytes, size_t length) {
  demand(offset % UNIT == 0 && length % UNIT == 0, "whole units are written");
  demand(offset + length <= FAKE_FLASH_SIZE, "no more than there is");
  for (size_t at = 0; at < length; at += UNIT) {
    for (size_t i = 0; i < UNIT; i++) {
      demand(fake_flash[offset + at + i] == 0xff, "only what is erased is written");
    }
    uint8_t unit[UNIT]; /* a copy, because `bytes` may lie in the flash itself */
    memcpy(unit, bytes + at, UNIT);
    step(fake_flash + offset + at, unit, UNIT);
  }
}
