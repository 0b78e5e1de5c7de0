#include "crash_note.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "last_words.h"
#include "program_store.h"
#include "settings_store.h"
#include "text_join.h"

/* The virtual machine's manager keeps a hash of the program in its header: devsmgr.c. */
enum { CRASH_HASH_AT = 12 };

static const char crash_key[] = ":CRASH";
enum { CRASH_TEXT = 151, CRASH_PLACE = 64 }; /* sizes, including the final zero */

/* " at FUNCTION (pc:N)": the innermost call of the stack trace that was logged last. */
static char place[CRASH_PLACE];
static bool was_place;

/* The hash of the stored program, which shows whether a crash was before or after an update. */
static const char *program_hash(void) {
  uint32_t length, hash = 0;
  const uint8_t *const header = program_store_find(&length);
  if (header) memcpy(&hash, header + CRASH_HASH_AT, sizeof hash);
  return console_hex(hash);
}

/*
 * Stores a crash. A quote or a backslash in a function's name would break the JSON string, so each
 * is replaced by a question mark.
 */
static void note(const char *what, const char *detail, const char *where) {
  char text[CRASH_TEXT];
  if (settings_get(crash_key, NULL, 0) > 0) return;
  text_join(text, sizeof text - 1, "\"", what, detail, where, ", program ", program_hash(), NULL);
  for (char *at = text + 1; *at; at++) {
    if (*at == '"' || *at == '\\' || (uint8_t)*at < ' ') *at = '?';
  }
  strcat(text, "\"");
  settings_set(crash_key, text, (uint32_t)strlen(text));
}

void crash_note_start(void) {
  if (last_words_reason()) note(last_words_reason(), last_words_place(), "");
  else if (board_why_reset() == BOARD_RESET_WATCHDOG) note("watchdog", "", "");
}

/* A line of a stack trace: "!  at NAME_F3 (pc:86)", or with a star (DeviceScript, fibers.c,
 * jsexn.c). */
void crash_note_line(const char *line) {
  const bool is_place = (*line == '!' || *line == '*') && strncmp(line + 1, "  at ", 5) == 0;
  if (is_place && !was_place) text_join(place, sizeof place, line + 2, NULL);
  was_place = is_place;
}

void crash_note_panicked(uint32_t code) {
  note("panic ", console_number(code), place);
  place[0] = 0;
}
