/*
 * The way into a Wi-Fi network, and back into it whenever it is lost: power the coprocessor, join,
 * get an address. Its calls may block it for many seconds; none blocks the board.
 */
#ifndef WIFI_H
#define WIFI_H

#include <stdbool.h>
#include <stdint.h>

#include "wifi_problem.h" /* why there is no network */

/* Without a network name the coprocessor stays off. An empty or null password: an open network. */
void wifi_init(const char *ssid, const char *password);

/* Leaves the network, if there is one, for another. */
void wifi_use(const char *ssid, const char *password);

/* Begins the next call when one is due and the line is free. */
void wifi_step(uint64_t now_micros);

bool wifi_is_up(void);

/* The four bytes of the IPv4 address; all zero while there is none. */
const uint8_t *wifi_address(void);

/* False when no network is known: waiting for one would be in vain. */
bool wifi_is_configured(void);

/* Grows with each loss of the network: sockets opened under a smaller number are gone. */
uint32_t wifi_generation(void);

/* Somebody's call went unanswered: look whether the coprocessor still lives. */
void wifi_suspect(void);

/* Begins anew, with a coprocessor that has forgotten everything. */
void wifi_restart(const char *why);

/* The coprocessor says that something happened to the network: look at once. */
void wifi_hint(void);

#endif
