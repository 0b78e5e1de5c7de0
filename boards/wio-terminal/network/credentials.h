/*
 * Name and passphrase of the Wi-Fi network, stored in flash so that no device on the bus can read
 * them. They come from the package, from the Wi-Fi service, or from the settings service as
 * WIFI_SSID and WIFI_PWD, where they are deleted at once. A passphrase is never logged.
 *
 * The program may try another network, and go back (src/new-settings.ts). Its settings:
 *
 *   NEW        the settings on trial, as JSON. If they include WIFI_SSID, the board joins that
 *              network after its next start, until a start without NEW. The board's own network
 *              stays saved. To keep the new network, the program writes WIFI_SSID and WIFI_PWD, and
 *              then removes NEW.
 *   WIFI_WHY   during the trial: why the board is not in that network, as a text
 *   NETWORKS   2: tells the program that the board can try a network
 */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

/* IEEE 802.11: an SSID has at most 32 bytes; a passphrase 63 letters, or 64 hexadecimal digits. */
enum { CREDENTIALS_SSID_MAX = 32, CREDENTIALS_PASSPHRASE_MAX = 64 };

/* Reads the credentials from flash. Call after the virtual machine is initialized, before
 * wifi_init. */
void credentials_init(void);

/* The name of the network; a null pointer if no network is known. */
const char *credentials_ssid(void);

/* The passphrase; a null pointer for an open network. */
const char *credentials_passphrase(void);

/*
 * Changes name and passphrase. A null or empty name means no network; a null or empty passphrase
 * means an open network. The next step saves both and passes them to Wi-Fi. If one of them is too
 * long, returns false and changes nothing.
 */
bool credentials_set(const char *ssid, const char *passphrase);

/* Saves changed credentials. Not to be called from inside the virtual machine. */
void credentials_step(uint64_t now_micros);

#endif
