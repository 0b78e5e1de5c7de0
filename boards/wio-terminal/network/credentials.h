/*
 * Name and passphrase of the Wi-Fi network, stored in flash so that nothing on the bus can read
 * them. They come from the package, from the Wi-Fi service, or from the settings service as
 * WIFI_SSID and WIFI_PWD, where they are deleted at once. A passphrase is never logged.
 *
 * The program may try another network, and go back (src/new-settings.ts):
 *
 *   NEW        settings that it tries, as JSON. If WIFI_SSID is among them, the board is in that
 *              network from its next start on, until a start without NEW. Its own stays saved. The
 *              program writes WIFI_SSID and WIFI_PWD to keep it, and then removes NEW.
 *   WIFI_WHY   meanwhile: why the board is not in that network, in words
 *   NETWORKS   2, so that the program knows of this
 */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

/* IEEE 802.11: an SSID has at most 32 bytes; a passphrase 63 letters, or 64 hexadecimal digits. */
enum { CREDENTIALS_SSID_MAX = 32, CREDENTIALS_PASSPHRASE_MAX = 64 };

/* Reads them from flash. Call after the virtual machine is initialized and before wifi_init. */
void credentials_init(void);

/* The name of the network; a null pointer if none is known. */
const char *credentials_ssid(void);

/* A null pointer for an open network. */
const char *credentials_passphrase(void);

/*
 * Changes both. A null or empty name means no network; a null or empty passphrase means an open
 * network. The next step saves them and tells Wi-Fi. Returns false and changes nothing if one of
 * them is too long.
 */
bool credentials_set(const char *ssid, const char *passphrase);

/* Not from inside of the virtual machine. */
void credentials_step(uint64_t now_micros);

#endif
