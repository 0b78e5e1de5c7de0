/*
 * Lets a program that comes over the network in only if its signature is there, by the key in the
 * package (Ed25519, RFC 8032). The program that runs is told the signature with its order, and puts
 * it into the setting SIGNATURE, as 128 hexadecimal digits. What comes over USB needs none.
 *
 * A program that is refused never runs: the board restarts with the one from before, and the words
 * are in TAKEN_BACK (trial_keeper.h).
 */
#ifndef PROGRAM_GATE_H
#define PROGRAM_GATE_H

#include <stdint.h>

/* A program is about to come. Does not return if it is refused. */
void program_gate_begin(uint32_t length);

/* All of it is in flash, and nothing has made it count yet. Does not return if it is refused. */
void program_gate_end(const uint8_t *program, uint32_t length);

#endif
