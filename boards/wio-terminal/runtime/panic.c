#include "panic.h"

#include <stddef.h>

#include "board.h"
#include "console.h"

void panic(const char *reason) { panic_with(reason, 0, NULL); }

void panic_at(const char *reason, uint32_t address) { panic_with(reason, address, NULL); }

void panic_with(const char *reason, uint32_t address, const last_registers *registers) {
  /* The reason is kept before it is logged, because the console may have caused the panic. */
  last_words_keep(reason, address, registers);
  if (address) console_line("panic: ", reason, " at ", console_hex(address), NULL);
  else console_line("panic: ", reason, NULL);
  board_reset();
}
