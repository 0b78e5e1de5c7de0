/*
 * Accepts a program from the network only if it is signed with the key in the package (Ed25519, RFC
 * 8032). The running program receives the signature with the update order, and stores it in the
 * setting SIGNATURE, as 128 hexadecimal digits. A program that comes over USB needs no signature.
 *
 * A refused program never runs: the board restarts with the previous program, and the setting
 * TAKEN_BACK holds the reason (trial_keeper.h).
 */
#ifndef PROGRAM_GATE_H
#define PROGRAM_GATE_H

#include <stdint.h>

/* Called before a program is received. Does not return if the program is refused. */
void program_gate_begin(uint32_t length);

/*
 * Called when the whole program is in flash, but not yet valid. Does not return if the program is
 * refused.
 */
void program_gate_end(const uint8_t *program, uint32_t length);

#endif
