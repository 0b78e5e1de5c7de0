/*
 * The setting CRASH: why the program or the board crashed, a text of at most 150 bytes in quotes.
 * The program publishes the text and removes the setting. Until then, a later crash is not stored.
 */
#ifndef CRASH_NOTE_H
#define CRASH_NOTE_H

#include <stdint.h>

/* Stores why the previous run ended. Call this after settings_store_init. */
void crash_note_start(void);

/* Reads a line of the virtual machine's log. Before a panic, such a line says where it happened. */
void crash_note_line(const char *line);

/* Stores the panic that stopped the program. */
void crash_note_panicked(uint32_t code);

#endif
