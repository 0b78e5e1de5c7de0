/*
 * Functions that the virtual machine imports from its host. The functions for flash are in
 * vm_store.c, those for the socket in network/socket.c.
 */
#include <string.h>

#include "board.h"
#include "bus.h"
#include "console.h"
#include "crash_note.h"
#include "panic.h"
#include "program_watch.h"
#include "trial_keeper.h"
#include "vm_imports.h"
#include "vm_memory.h"

void vm_import_em_print_dmesg(uint32_t text) {
  program_watch_line(vm_at(text));
  crash_note_line(vm_at(text));
  console_line(vm_at(text), NULL);
}

void vm_import_em_jd_crypto_get_random(uint32_t into, uint32_t length) {
  board_random(vm_at(into), length);
}

void vm_import_em_send_frame(uint32_t frame) { bus_from_vm(vm_at(frame)); }

/*
 * Does nothing. Large frames are messages to a cloud gateway (`_twinMessage`), and the board has no
 * such gateway.
 */
void vm_import_em_send_large_frame(uint32_t frame, uint32_t length) {
  (void)frame;
  (void)length;
}

/* Called when the program has stopped. The virtual machine restarts it after a few seconds. */
void vm_import__devs_panic_handler(uint32_t code) {
  if (code == 0) return; /* the program requested a restart */
  console_line("program panic ", console_number(code), NULL);
  crash_note_panicked(code);
  trial_keeper_panicked(code);
}

void vm_import_em_deploy_handler(uint32_t code) {
  console_line("deploy finished, result ", console_number((int32_t)code), NULL);
}

void vm_import_emscripten_memcpy_big(uint32_t to, uint32_t from, uint32_t length) {
  memcpy(vm_at(to), vm_at(from), length);
}

uint32_t w2c___memcpy(uint32_t to, uint32_t from, uint32_t length) {
  memcpy(vm_at(to), vm_at(from), length);
  return to;
}

uint32_t w2c___memset(uint32_t to, uint32_t value, uint32_t length) {
  memset(vm_at(to), (int)value, length);
  return to;
}

uint32_t w2c_memmove(uint32_t to, uint32_t from, uint32_t length) {
  memmove(vm_at(to), vm_at(from), length);
  return to;
}

uint32_t w2c_strlen(uint32_t text) { return (uint32_t)strlen(vm_at(text)); }

/*
 * Replaces the generator of Math.random: fast numbers (xorshift, Marsaglia 2003) from an
 * unpredictable seed.
 */
uint32_t w2c_jd_random(void) {
  static uint32_t state;
  while (state == 0) board_random((uint8_t *)&state, sizeof state);
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

uint64_t w2c_tim_get_micros(void) { return board_micros(); }

void vm_import_abort(void) { panic("virtual machine aborted"); }

/* The virtual machine exits to restart its device. */
void vm_import_exit(uint32_t code) {
  console_line("restart requested, code ", console_number((int32_t)code), NULL);
  board_reset();
}

/* C's standard streams, which the virtual machine links but does not use. WASI errno 8 is EBADF. */
enum { WASI_BAD_FILE = 8 };

uint32_t vm_import_fd_close(uint32_t file) {
  (void)file;
  return WASI_BAD_FILE;
}

uint32_t vm_import_fd_write(uint32_t file, uint32_t vectors, uint32_t count, uint32_t written) {
  (void)file;
  (void)vectors;
  (void)count;
  (void)written;
  return WASI_BAD_FILE;
}

uint32_t vm_import_fd_seek(uint32_t file, uint32_t low, uint32_t high, uint32_t whence,
                           uint32_t to) {
  (void)file;
  (void)low;
  (void)high;
  (void)whence;
  (void)to;
  return WASI_BAD_FILE;
}
