/*
 * Name and passphrase of the Wi-Fi network, kept in flash where nothing on the bus can read them.
 * They come with the package, from the Wi-Fi service, or from the settings service as WIFI_SSID and
 * WIFI_PWD, whence they are taken away at once. A passphrase is never written to the console.
 */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

/* IEEE 802.11: an SSID has at most 32 bytes; a passphrase 63 letters, or 64 hexadecimal digits. */
enum { CREDENTIALS_SSID_MAX = 32, CREDENTIALS_PASSPHRASE_MAX = 64 };

/* Reads them from flash. Once the virtual machine is there, before wifi_init. */
void credentials_init(void);

/* The network's name; a null pointer when none is known. */
const char *credentials_ssid(void);

/* A null pointer for an open network. */
const char *credentials_passphrase(void);

/*
 * Changes both; null or empty: no network, an open network. They are kept, and the Wi-Fi told, with
 * the next step. False, and nothing changes, where one is too long.
 */
bool credentials_set(const char *ssid, const char *passphrase);

/* Not from inside of the virtual machine. */
void credentials_step(uint64_t now_micros);

#endif
