/* Joins texts. */
#ifndef TEXT_JOIN_H
#define TEXT_JOIN_H

#include <stddef.h>

/* Joins the pieces; the last argument is a null pointer. Text that does not fit is cut off. */
__attribute__((sentinel)) void text_join(char *into, size_t space, ...);

#endif
