/* Why the board is not connected to its network, in words for a person. */
#ifndef WIFI_PROBLEM_H
#define WIFI_PROBLEM_H

/* Joins the pieces; the last argument is a null pointer. */
__attribute__((sentinel)) void wifi_problem_is(const char *first, ...);
void wifi_problem_is_solved(void);

/* For example "network lost"; a null pointer if there is no problem. */
const char *wifi_problem(void);

#endif
