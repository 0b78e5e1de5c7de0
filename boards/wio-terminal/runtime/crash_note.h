/*
 * What the program or the board died of last, as the setting CRASH: words of at most 150 bytes, in
 * quotes. The program passes them on and removes the setting; until then a later crash is not
 * noted.
 */
#ifndef CRASH_NOTE_H
#define CRASH_NOTE_H

#include <stdint.h>

/* Notes why the run before ended. Call this once the settings are there. */
void crash_note_start(void);

/* A line of the virtual machine's log: before a panic it says where. */
void crash_note_line(const char *line);

/* The program stopped by itself. */
void crash_note_panicked(uint32_t code);

#endif
