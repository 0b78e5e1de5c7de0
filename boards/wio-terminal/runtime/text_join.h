/* Texts made of pieces. */
#ifndef TEXT_JOIN_H
#define TEXT_JOIN_H

#include <stddef.h>

/* Joins the pieces, the last of which is a null pointer; what does not fit is left out. */
__attribute__((sentinel)) void text_join(char *into, size_t space, ...);

#endif
