/* Checks for tests. A failed check prints its place and condition, and fails the program. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned checks;

#define CHECK(condition)                                             \
  do {                                                               \
    checks++;                                                        \
    if (!(condition)) {                                              \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                       \
    }                                                                \
  } while (0)

#define CHECK_BYTES(actual, expected, length) CHECK(memcmp(actual, expected, length) == 0)

static inline int all_checked(void) {
  printf("%u checks\n", checks);
  return 0;
}

#endif
