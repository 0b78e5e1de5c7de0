/*
 * Tells whether a program may arrive over the network. The virtual machine's gateway client
 * receives it, and has an address only while the running program allows an update
 * (docs/updates.md).
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

bool gateway_has_address(void);

/* Removes the address from flash. Until the next start, the client still knows the address. */
void gateway_forget(void);

/* Called before the virtual machine stores a setting. */
void gateway_saw_setting(const char *key, uint32_t length, uint64_t now_micros);

/*
 * Whether a program may arrive from the gateway. Also true for a moment after the address is
 * removed, because frames received before may still be on the bus.
 */
bool gateway_may_bring(uint64_t now_micros);

#endif
