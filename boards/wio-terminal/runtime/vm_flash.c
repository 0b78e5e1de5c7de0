/*
 * The virtual machine's flash, in place of its own, which keeps a copy of everything in RAM. The
 * machine reads the flash where it lies: its addresses are offsets from its memory, modulo 2^32,
 * and the flash has one as any other place has.
 */
#include <stdint.h>
#include <string.h>

#include "board.h"
#include "panic.h"
#include "vm_imports.h"
#include "vm_layout.h"
#include "vm_memory.h"

static size_t offset_of(uint32_t address, uint32_t length) {
  const uint32_t offset = address - vm_address_of(board_storage);
  if (offset > board_storage_size || length > board_storage_size - offset) {
    panic_at("flash access outside of the settings area", address);
  }
  return offset;
}

uint32_t w2c_flash_base_addr(void) { return vm_address_of(board_storage); }

void w2c_flash_init(void) {
  const uint32_t size = (uint32_t)board_storage_size;
  memcpy(vm_at(VM_FLASH_SIZE_WORD), &size, sizeof size);
}

void w2c_flash_program(uint32_t to, uint32_t from, uint32_t length) {
  board_storage_write(offset_of(to, length), vm_at(from), length);
}

void w2c_flash_erase(uint32_t page) {
  board_storage_erase(offset_of(page, BOARD_STORAGE_PAGE));
}

void w2c_flash_sync(void) {}

uint32_t vm_import_em_flash_size(void) { return (uint32_t)board_storage_size; }

void vm_import_em_flash_load(uint32_t into, uint32_t length) {
  (void)into;
  (void)length;
  panic("em_flash_load: the flash is read in place");
}

void vm_import_em_flash_save(uint32_t from, uint32_t length) {
  (void)from;
  (void)length;
  panic("em_flash_save: the flash is written in place");
}
