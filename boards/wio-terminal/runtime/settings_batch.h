/*
 * Settings that a computer changes together: power that fails leaves all of the old ones or all of
 * the new ones. Through the settings service the computer writes
 *
 *   -      the names of the settings, with a space between two
 *   +NAME  the new value of each, or null if the setting is to be removed
 *   +      the names again, which makes the new values count
 *
 * The board then copies the new values to their names and removes all of this. Without the last
 * step it removes them, too, when it starts the next time.
 *
 * If a value is missing, because the board had no space for it, the board takes none of them. It
 * removes "+" but not "-", which tells the computer.
 */
#ifndef SETTINGS_BATCH_H
#define SETTINGS_BATCH_H

/* The key by which the settings service stores "+". */
#define SETTINGS_BATCH_KEY ":+"

/*
 * Carries out or removes what was written. Call it after settings_store_init, before anything reads
 * a setting, and when the value of SETTINGS_BATCH_KEY has changed.
 */
void settings_batch_finish(void);

#endif
