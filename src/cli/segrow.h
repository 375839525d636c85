/* What ls and info print of a segment: states in words, columns, JSON. */
#ifndef SHMLENS_CLI_SEGROW_H
#define SHMLENS_CLI_SEGROW_H

#include <jansson.h>

#include "cli/run.h"

/* A segment and who has it, from a survey (ls) or of its own (info). */
struct segrow {
    enum seg_kind kind;
    const char *locator; /* raw */
    const char *name;    /* raw */
    const char *owner;   /* escaped already by being a user name; NULL: unknown */
    const struct seg_stat *stat;
    const struct seg_mapper *mappers;
    size_t mappers_count;
    const struct seg_holder *holders;
    size_t holders_count;
    size_t unreadable; /* processes that could not be read */
};

/* Processes other than us that map it or hold it. */
size_t segrow_procs(const struct segrow *s);

/* `orphan` (nobody has it, and everybody could be asked), `idle` (nobody seen), `unlinked`, ... */
enum { SEGROW_STATES = 8 };
size_t segrow_states(const struct segrow *s, const char *names[SEGROW_STATES]);
bool segrow_is_orphan(const struct segrow *s);

/* The object that ls --json and info --json print; NULL: out of memory. */
json_t *segrow_json(const struct segrow *s);

/* An object or array on one line, streamed to out. */
bool json_print(struct out *o, const json_t *value);

/* A raw text as a JSON string, escaped. NULL: out of memory. */
json_t *json_escaped(const char *raw);

/* `2026-03-01T12:00:00Z` of nanoseconds since the epoch. */
enum { TIME_TEXT = 80 };
const char *time_text(int64_t ns, char buf[TIME_TEXT]);

/* ---- columns of ls ---- */

enum { COLUMNS_MAX = 16, CELL_MAX = 4 * LOCATOR_MAX };

struct column {
    const char *name;
    bool right; /* aligned to the right: numbers */
    void (*text)(const struct segrow *s, char cell[CELL_MAX]);
    int (*compare)(const struct segrow *a, const struct segrow *b);
    const char *help;
};

const struct column *column_table(size_t *count);
const struct column *column_find(const char *name, size_t n); /* in either case */

#endif
