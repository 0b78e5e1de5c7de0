/*
 * Joins the Wi-Fi network, and joins it again when it is lost: powers the coprocessor, joins, gets
 * an address. Calls may block the coprocessor for many seconds; none of them blocks the board.
 */
#ifndef WIFI_H
#define WIFI_H

#include <stdbool.h>
#include <stdint.h>

#include "wifi_problem.h" /* why there is no network */

/*
 * Without a network name the coprocessor stays off. An empty or null password means an open
 * network.
 */
void wifi_init(const char *ssid, const char *password);

/* Switches to another network. */
void wifi_use(const char *ssid, const char *password);

/* Starts the next call if one is due and the line is free. */
void wifi_step(uint64_t now_micros);

bool wifi_is_up(void);

/* True while another network is wanted, and waits for the current call to end. */
bool wifi_is_changing(void);

/* The four bytes of the IPv4 address; all zero while there is none. */
const uint8_t *wifi_address(void);

/* False if no network is known, so that waiting for one is pointless. */
bool wifi_is_configured(void);

/* Increases each time the network is lost: sockets opened under a smaller number are gone. */
uint32_t wifi_generation(void);

/* A call had no reply: check whether the coprocessor still works. */
void wifi_suspect(void);

/* Cuts the coprocessor's power and starts again. */
void wifi_restart(const char *why);

/* The coprocessor reported a change of the network: check at once. */
void wifi_hint(void);

#endif
