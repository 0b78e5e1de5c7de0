/*
 * A block begins with a head, followed by records; the last record of a key is the valid one. A
 * full block is copied into the other block, without obsolete records. The other block's head is
 * written last, with the next sequence number, and makes that block the active one.
 *
 * All data is written in units of 16 bytes, each once after an erase, as the chip's flash requires
 * (board.h). If power fails in the middle of a record, its checksum is wrong. The block then
 * accepts no more records: the next record goes into the other block.
 */
#include "settings_store.h"

#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "crc32.h"

enum { SETTINGS_UNIT = BOARD_STORAGE_UNIT, SETTINGS_BLOCK = BOARD_STORAGE_BLOCK };
#define MAGIC 0x31544553u /* "SET1" */

typedef struct {
  uint32_t magic, sequence, crc, unused;
} block_head;

typedef struct {
  char key[SETTINGS_KEY_MAX + 1];
  uint32_t length;
  uint32_t crc;     /* the checksum of key, length and value */
  uint8_t start[8]; /* the start of the value; the rest follows in whole units */
} record;

enum { SETTINGS_RECORD_BASE = offsetof(record, start) };

static size_t active;      /* the offset of the active block */
static size_t records_end; /* the end of the valid records */
static size_t free_at;     /* the place of the next record; the block's end if there is no room */

static size_t record_size(uint32_t length) {
  return (SETTINGS_RECORD_BASE + length + SETTINGS_UNIT - 1) / SETTINGS_UNIT * SETTINGS_UNIT;
}

static const record *record_at(size_t offset) { return (const record *)(board_storage + offset); }
static const block_head *head_of(size_t block) {
  return (const block_head *)(board_storage + block);
}

static bool is_valid_head(const block_head *head) {
  return head->magic == MAGIC && head->crc == crc32(0, head, offsetof(block_head, crc));
}

static uint32_t record_crc(const char *key, uint32_t length, const uint8_t *value) {
  uint32_t crc = crc32(0, key, SETTINGS_KEY_MAX + 1);
  crc = crc32(crc, &length, sizeof length);
  return crc32(crc, value, length);
}

static bool is_valid_record(size_t offset, size_t end) {
  if (end - offset < sizeof(record)) return false;
  const record *const it = record_at(offset);
  return it->length <= SETTINGS_VALUE_MAX && record_size(it->length) <= end - offset &&
         it->key[SETTINGS_KEY_MAX] == 0 && it->crc == record_crc(it->key, it->length, it->start);
}

static bool is_erased(size_t offset, size_t end) {
  while (offset < end && board_storage[offset] == 0xff) offset++;
  return offset == end;
}

static void write_head(size_t block, uint32_t sequence) {
  block_head head = {.magic = MAGIC, .sequence = sequence, .unused = UINT32_MAX};
  head.crc = crc32(0, &head, offsetof(block_head, crc));
  board_storage_write(block, (const uint8_t *)&head, sizeof head);
}

static void format(void) {
  console_line("settings: empty, formatting", NULL);
  board_storage_erase(0);
  write_head(0, 1);
}

void settings_store_init(void) {
  const bool first = is_valid_head(head_of(0)), second = is_valid_head(head_of(SETTINGS_BLOCK));
  if (!first && !second) format();
  /* If both heads are valid, their sequence numbers differ by 1. */
  const bool newer =
      second && (!first || head_of(SETTINGS_BLOCK)->sequence - head_of(0)->sequence == 1);
  active = newer ? SETTINGS_BLOCK : 0;
  const size_t end = active + SETTINGS_BLOCK;
  size_t at = active + sizeof(block_head);
  while (is_valid_record(at, end)) at += record_size(record_at(at)->length);
  records_end = at;
  free_at = is_erased(at, end) ? at : end;
}

/* Returns the record at `*offset`, and moves `*offset` to the next record. Null at the end. */
static const record *next_record(size_t *offset) {
  if (*offset >= records_end) return NULL;
  const record *const it = record_at(*offset);
  *offset += record_size(it->length);
  return it;
}

static const record *find(const char *key) {
  size_t at = active + sizeof(block_head);
  const record *found = NULL;
  for (const record *it; (it = next_record(&at));) {
    if (strcmp(it->key, key) == 0) found = it;
  }
  return found;
}

const uint8_t *settings_store_find(const char *key, uint32_t *length) {
  const record *const found = find(key);
  if (!found) return NULL;
  *length = found->length;
  return found->start;
}

/* The size of the records that a copy would contain. */
static size_t size_of_copy(void) {
  size_t size = 0;
  size_t at = active + sizeof(block_head);
  for (const record *it; (it = next_record(&at));) {
    if (find(it->key) == it) size += record_size(it->length);
  }
  return size;
}

static void copy_into_other_block(void) {
  const size_t other = active == 0 ? SETTINGS_BLOCK : 0;
  const uint32_t sequence = head_of(active)->sequence;
  board_storage_erase(other);
  size_t to = other + sizeof(block_head);
  size_t at = active + sizeof(block_head);
  for (const record *it; (it = next_record(&at));) {
    if (find(it->key) != it) continue;
    const size_t size = record_size(it->length);
    board_storage_write(to, (const uint8_t *)it, size);
    to += size;
  }
  write_head(other, sequence + 1);
  active = other;
  records_end = free_at = to;
}

static void append(const record *start, const uint8_t *value) {
  const uint32_t length = start->length;
  board_storage_write(free_at, (const uint8_t *)start, sizeof *start);
  for (uint32_t done = sizeof start->start; done < length; done += SETTINGS_UNIT) {
    uint8_t unit[SETTINGS_UNIT];
    const uint32_t left = length - done;
    memset(unit, 0xff, SETTINGS_UNIT);
    memcpy(unit, value + done, left < SETTINGS_UNIT ? left : SETTINGS_UNIT);
    board_storage_write(free_at + SETTINGS_RECORD_BASE + done, unit, SETTINGS_UNIT);
  }
  records_end = free_at += record_size(length);
}

int settings_store_put(const char *key, const uint8_t *value, uint32_t length) {
  if (!key[0] || strlen(key) > SETTINGS_KEY_MAX) return SETTINGS_BAD_KEY;
  if (length > SETTINGS_VALUE_MAX) return SETTINGS_TOO_LONG;
  static const uint8_t nothing[1];
  if (length == 0) value = nothing; /* `value` may be a null pointer */
  const record *const before = find(key);
  if (before && before->length == length && memcmp(before->start, value, length) == 0) {
    return SETTINGS_STORED;
  }
  const size_t size = record_size(length);
  if (active + SETTINGS_BLOCK - free_at < size) {
    /* Checked before the erase, because an erase wears the flash. */
    if (sizeof(block_head) + size_of_copy() + size > SETTINGS_BLOCK) return SETTINGS_NO_SPACE;
    copy_into_other_block();
  }

  record start = {.length = length};
  strcpy(start.key, key);
  start.crc = record_crc(start.key, length, value);
  memset(start.start, 0xff, sizeof start.start);
  memcpy(start.start, value, length < sizeof start.start ? length : sizeof start.start);
  append(&start, value);
  return SETTINGS_STORED;
}

int32_t settings_get(const char *key, void *into, uint32_t space) {
  uint32_t length;
  const uint8_t *const value = settings_store_find(key, &length);
  if (!value || length == 0) return -1;
  if (length <= space) memcpy(into, value, length);
  return (int32_t)length;
}

bool settings_set(const char *key, const void *value, uint32_t length) {
  const bool stored = settings_store_put(key, value, length) == SETTINGS_STORED;
  if (!stored) console_line("setting ", key, " not saved", NULL);
  return stored;
}
