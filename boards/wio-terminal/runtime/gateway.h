/*
 * Whether a program may be coming over the network: the virtual machine's gateway client brings it,
 * and has an address only while the program lets it (docs/updates.md).
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

bool gateway_has_address(void);

/* Takes the address away in flash; until the next start the client still knows it. */
void gateway_forget(void);

/* The machine is about to store a setting. */
void gateway_saw_setting(const char *key, uint32_t length, uint64_t now_micros);

/* True, too, for a moment after the end of the address: what came before may still be waiting. */
bool gateway_may_bring(uint64_t now_micros);

#endif
