/*
 * The package: what the build puts beside the runtime, at a fixed place in flash. It holds the
 * compiled program and the settings to start with, among them the name of the Wi-Fi network.
 */
#ifndef PACKAGE_H
#define PACKAGE_H

#include <stdbool.h>
#include <stdint.h>

/* build/package.ts writes this layout. Both parts are padded to 32 bytes. */
typedef struct {
  uint32_t magic;
  uint32_t program_length;
  uint32_t settings_length;
  uint32_t flags;
  /* The rule that the program follows when it is alone, for a screen; 0xffff for none. */
  uint16_t threshold; /* 0..1023 */
  uint16_t on_above;
  char version[12]; /* of the program; ends with a zero */
  uint8_t program[];
} package;

/* Collect garbage at each allocation: for tests. */
enum { PACKAGE_GC_STRESS = 1 };

#define PACKAGE_MAGIC 0x314b4c4eu /* "NLK1" */

/* The package in flash, or a null pointer when there is none. */
const package *package_find(void);

/* The value of a setting, a text as it was given; a null pointer when it isn't there. */
const char *package_setting(const char *key);

/*
 * Whether the package was flashed since the last time that one was taken over. Only then do its
 * program and its settings replace what the tools may have deployed and set in the meantime.
 */
bool package_is_new(void);

/* Takes the settings over: Wi-Fi's to the board's own, the rest to the virtual machine's service.
 */
void package_apply_settings(void);

/* Settings and program have been taken over. */
void package_applied(void);

#endif
