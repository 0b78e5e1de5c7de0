/*
 * Joins the Wi-Fi network, and joins again if the network is lost: powers the coprocessor, joins,
 * and gets an address. A call may block the coprocessor for many seconds, but never the board.
 */
#ifndef WIFI_H
#define WIFI_H

#include <stdbool.h>
#include <stdint.h>

#include "wifi_problem.h" /* tells why there is no network */

/*
 * Starts Wi-Fi. If `ssid` is null, the coprocessor stays off. An empty or null password means an
 * open network.
 */
void wifi_init(const char *ssid, const char *password);

/* Switches to another network when the current call has ended. */
void wifi_use(const char *ssid, const char *password);

/* Starts the next call if one is due and the line is free. */
void wifi_step(uint64_t now_micros);

bool wifi_is_up(void);

/* Whether a switch to another network is waiting for the current call to end. */
bool wifi_is_changing(void);

/* The four bytes of the IPv4 address; all zero while there is no address. */
const uint8_t *wifi_address(void);

/* Whether a network is known. If not, there is no network to wait for. */
bool wifi_is_configured(void);

/*
 * A number that increases each time the network is lost. Sockets opened under a smaller number are
 * closed.
 */
uint32_t wifi_generation(void);

/* Checks whether the coprocessor still works. Called when a call had no reply. */
void wifi_suspect(void);

/* Cuts the coprocessor's power and starts again. */
void wifi_restart(const char *why);

/* Checks the network at once. Called when the coprocessor reports a change. */
void wifi_hint(void);

#endif
