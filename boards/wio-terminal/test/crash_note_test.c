/* Tests the text that is stored at a crash for the program to publish. */
#include "crash_note.h"

#include "board.h"
#include "check.h"
#include "fake_flash.h"
#include "last_words.h"
#include "panic.h"
#include "program_store.h"
#include "settings_store.h"

static board_reset_kind why;
static const char *words;

board_reset_kind board_why_reset(void) { return why; }
const char *last_words_reason(void) { return words; }
const char *last_words_place(void) { return " at 0x20000000, pc 0x00004100, lr 0x00004200"; }

/* The header begins with two magics, the length and the hash, little-endian: devsmgr.c. */
static uint8_t header[PROGRAM_STORE_HEADER];
static bool has_program = true;
const uint8_t *program_store_find(uint32_t *length) {
  *length = sizeof header;
  return has_program ? header : NULL;
}

void board_console_write(const char *text, size_t length) { fwrite(text, 1, length, stdout); }

void panic(const char *reason) {
  printf("panic: %s\n", reason);
  exit(2);
}

/* Checks the stored text and removes it. */
static void check_note(const char *expected) {
  char text[200] = "";
  settings_get(":CRASH", text, sizeof text - 1);
  CHECK(strcmp(text, expected) == 0);
  settings_set(":CRASH", NULL, 0);
  CHECK(settings_get(":CRASH", NULL, 0) < 0);
}

int main(void) {
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  settings_store_init();
  crash_note_start();
  check_note("");

  memcpy(header + 12, "\xef\xcd\xab\x01", 4);
  why = BOARD_RESET_WATCHDOG;
  has_program = false;
  crash_note_start();
  check_note("\"watchdog, program 0x00000000\"");
  has_program = true;
  words = "bus fault";
  crash_note_start();
  check_note("\"bus fault at 0x20000000, pc 0x00004100, lr 0x00004200, program 0x01abcdef\"");

  /* The lines that the virtual machine logs. */
  const char *const lines[] = {"*  at older_F9 (pc:1)",  "> a word",
                               "! Unhandled exception",  "*  message: on purpose",
                               "*  at inner_F3 (pc:86)", "*  at main_F0 (pc:7)",
                               "! Unhandled exception"};
  for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) crash_note_line(lines[i]);
  crash_note_panicked(60005);
  check_note("\"panic 60005 at inner_F3 (pc:86), program 0x01abcdef\"");
  crash_note_panicked(60004);
  check_note("\"panic 60004, program 0x01abcdef\"");

  /* The first text is kept, and no function name breaks the quotes. */
  char line[300] = "!  at ";
  memset(line + 6, '"', sizeof line - 7);
  crash_note_line(line);
  crash_note_panicked(60001);
  crash_note_panicked(60002);
  char text[200] = "";
  const int32_t length = settings_get(":CRASH", text, sizeof text - 1);
  CHECK(length > 20 && length <= 150 && text[0] == '"' && text[length - 1] == '"');
  CHECK(strncmp(text, "\"panic 60001 at ???", 19) == 0 &&
        !memchr(text + 1, '"', (size_t)length - 2));
  return all_checked();
}
