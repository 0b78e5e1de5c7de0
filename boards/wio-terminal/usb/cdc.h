/*
 * The serial port: CDC 1.2 and its PSTN subclass, abstract control model. It is open while the host
 * raises DTR. There are no wires behind it, so the line coding is kept and obeyed by nothing, but
 * for one sign: a port that is closed at 1200 baud asks for the bootloader, as Arduino's tools do.
 * The first four functions are called from the controller's interrupt, the rest while it is held.
 */
#ifndef CDC_H
#define CDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CDC_LINE_CODING_LENGTH = 7 };

/* The bus was reset, or the host has chosen a configuration: with or without the port. */
void cdc_reset(bool configured);

void cdc_line_coding(uint8_t into[CDC_LINE_CODING_LENGTH]);
void cdc_set_line_coding(const uint8_t coding[CDC_LINE_CODING_LENGTH]);
void cdc_set_line_state(uint16_t state);

/* At any time. */
bool cdc_is_open(void);

size_t cdc_read(uint8_t *into, size_t space);
size_t cdc_write(const uint8_t *bytes, size_t length);

/* Call it once in each round of the loop: it ends a transfer whose last packet was full. */
void cdc_step(void);

/* True once the port has been closed at 1200 baud for a quarter of a second. */
bool cdc_wants_bootloader(uint64_t now_micros);

#endif
