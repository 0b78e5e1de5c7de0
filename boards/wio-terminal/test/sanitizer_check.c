/* Reads beyond a buffer, so that a test can prove that the sanitizers detect such an access. */
#include <stdlib.h>
#include <string.h>

int main(int count, char **arguments) {
  (void)arguments;
  char *const bytes = malloc(4);
  if (!bytes) return 1;
  memset(bytes, 1, 4);
  const int past_the_end = bytes[3 + count];
  free(bytes);
  return past_the_end;
}
