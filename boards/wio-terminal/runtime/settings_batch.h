/*
 * Settings that a computer changes together. If power fails, the board has either all old values or
 * all new values. Through the settings service, the computer writes
 *
 *   -      the names of the settings, separated by spaces
 *   +NAME  the new value of each setting, or null to remove the setting
 *   +      the names again, which applies the new values
 *
 * The board then copies the new values to their names, and removes "-", "+NAME" and "+". If "+" is
 * never written, the board removes "-" and "+NAME" at its next start.
 *
 * If a value is missing, because the board had no space for it, the board applies no value. It
 * then removes "+" but keeps "-", so that the computer can detect the failure.
 */
#ifndef SETTINGS_BATCH_H
#define SETTINGS_BATCH_H

/* The key by which the settings service stores "+". */
#define SETTINGS_BATCH_KEY ":+"

/*
 * Applies the new values, or removes them. Call after settings_store_init, before any setting is
 * read, and when the value of SETTINGS_BATCH_KEY has changed.
 */
void settings_batch_finish(void);

#endif
