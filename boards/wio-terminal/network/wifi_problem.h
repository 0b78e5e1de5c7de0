/* Why the board is not connected to its network, as a text for the screen and the log. */
#ifndef WIFI_PROBLEM_H
#define WIFI_PROBLEM_H

/* Sets the text to the joined pieces; the last argument is a null pointer. */
__attribute__((sentinel)) void wifi_problem_is(const char *first, ...);
void wifi_problem_is_solved(void);

/* The text, for example "network lost"; a null pointer if there is no problem. */
const char *wifi_problem(void);

#endif
