/*
 * Checks signatures. Each input line holds the public key, the signature and the message in
 * hexadecimal digits, separated by spaces. Each output line is "valid" or "invalid".
 */
#include "ed25519.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Allocates exactly the size of the bytes, so that the sanitizers detect any access beyond them. */
static uint8_t *bytes_of(const char *hex, size_t *length) {
  *length = strlen(hex) / 2;
  uint8_t *const bytes = malloc(*length);
  for (size_t i = 0; i < *length; i++) {
    unsigned byte;
    if (sscanf(hex + 2 * i, "%2x", &byte) != 1) exit(2);
    bytes[i] = (uint8_t)byte;
  }
  return bytes;
}

int main(void) {
  char *line = NULL;
  size_t space = 0;
  while (getline(&line, &space, stdin) > 0) {
    line[strcspn(line, "\n")] = 0;
    char *rest = line;
    const char *const texts[] = {strsep(&rest, " "), strsep(&rest, " "), rest};
    if (!rest) exit(2);
    uint8_t *bytes[3];
    size_t lengths[3];
    for (unsigned i = 0; i < 3; i++) bytes[i] = bytes_of(texts[i], &lengths[i]);
    if (lengths[0] != ED25519_KEY_BYTES || lengths[1] != ED25519_SIGNATURE_BYTES) exit(2);
    puts(ed25519_verify(bytes[0], bytes[1], bytes[2], lengths[2]) ? "valid" : "invalid");
    for (unsigned i = 0; i < 3; i++) free(bytes[i]);
  }
  free(line);
  return 0;
}
