/* What keeps the board off its network, in words for a person. */
#ifndef WIFI_PROBLEM_H
#define WIFI_PROBLEM_H

/* The pieces make a text; the last argument is a null pointer. */
__attribute__((sentinel)) void wifi_problem_is(const char *first, ...);
void wifi_problem_is_solved(void);

/* For example: network "home" cannot be joined. A null pointer when there is none. */
const char *wifi_problem(void);

#endif
