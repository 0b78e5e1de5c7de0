/* Does what no code here may do, so that the tests can see that it would be noticed. */
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
