/*
 * The virtual machine's settings and program. This replaces the virtual machine's own store, which
 * keeps a copy of the flash in RAM and writes 8 bytes at a time. The virtual machine reads flash in
 * place: its addresses are offsets from its memory, modulo 2^32, so flash also has addresses.
 */
#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "crash_note.h"
#include "gateway.h"
#include "program_gate.h"
#include "program_store.h"
#include "settings_batch.h"
#include "settings_store.h"
#include "trial_keeper.h"
#include "vm_imports.h"
#include "vm_memory.h"

/* The results of the virtual machine's own store (jacdac-c, source/jd_fstor.c). */
enum { VM_STORE_NOT_FOUND = -2, VM_STORE_DONE = 0 };

/* The key of the only value that is too large for the settings: devsmgr.c. */
static const char PROGRAM[] = "*prog";

/*
 * Stores "2" under the key. The program then knows that the board keeps two programs, or two
 * networks, and that the runtime itself can go back to the old one.
 */
static void tell_two(const char *key) {
  if (settings_get(key, NULL, 0) <= 0) settings_set(key, "2", 1);
}

void w2c_flash_init(void) {
  settings_store_init();
  settings_batch_finish();
  program_store_init();
  /*
   * The crash note comes before the trial, because it names the program that ran, which the trial
   * may take back.
   */
  crash_note_start();
  trial_keeper_start();
  tell_two(":SLOTS");
  tell_two(":NETWORKS");
}

uint32_t w2c_jd_settings_get_bin(uint32_t key, uint32_t into, uint32_t space) {
  uint32_t length;
  const uint8_t *const value = settings_store_find(vm_at(key), &length);
  if (!value) return (uint32_t)VM_STORE_NOT_FOUND;
  if (space >= length) memcpy(vm_at(into), value, length);
  return length;
}

uint32_t w2c_jd_settings_set_bin(uint32_t key, uint32_t value, uint32_t length) {
  const char *const name = vm_at(key);
  gateway_saw_setting(name, length, board_micros());
  const int result = settings_store_put(name, vm_at(value), length);
  if (result != SETTINGS_STORED) {
    console_line("setting ", name, " not saved: ",
                 result == SETTINGS_NO_SPACE ? "no space left" : "name or value too long", NULL);
  }
  if (length > 0 && strcmp(name, SETTINGS_BATCH_KEY) == 0) settings_batch_finish();
  trial_keeper_saw_setting();
  return (uint32_t)result;
}

uint32_t w2c_jd_settings_get_large(uint32_t key, uint32_t length_at) {
  uint32_t length;
  const uint8_t *const found = program_store_find(&length);
  if (!found || strcmp(vm_at(key), PROGRAM) != 0) return 0;
  if (length_at) memcpy(vm_at(length_at), &length, sizeof length);
  return vm_address_of(found);
}

static uint32_t program_base;

uint32_t w2c_jd_settings_prep_large(uint32_t key, uint32_t length) {
  const bool is_program = strcmp(vm_at(key), PROGRAM) == 0;
  if (is_program && !trial_keeper_admit()) return 0;
  if (is_program && length >= PROGRAM_STORE_HEADER)
    program_gate_begin(length - PROGRAM_STORE_HEADER);
  const uint8_t *const begun = is_program ? program_store_begin(length) : NULL;
  if (!begun) {
    console_line("no space for ", console_number(length), " bytes of ", vm_at(key), NULL);
    return 0;
  }
  program_base = vm_address_of(begun);
  return program_base;
}

uint32_t w2c_jd_settings_write_large(uint32_t to, uint32_t from, uint32_t length) {
  uint32_t program_length;
  const uint8_t *const filled = program_store_filled(&program_length);
  if (filled) program_gate_end(filled, program_length);
  program_store_write(to - program_base, vm_at(from), length);
  return VM_STORE_DONE;
}

uint32_t w2c_jd_settings_sync_large(void) { return VM_STORE_DONE; }
