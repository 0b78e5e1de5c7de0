#include "panic.h"

#include <stddef.h>

#include "board.h"
#include "console.h"

void panic(const char *reason) {
  console_line("panic: ", reason, NULL);
  board_reset();
}

void panic_at(const char *reason, uint32_t address) {
  console_line("panic: ", reason, " at ", console_hex(address), NULL);
  board_reset();
}
