/* A segment with its users, as ls, info, clean and the list on the screen show it, and its states
 * in words. */
#ifndef SHMLENS_LIST_SEGROW_H
#define SHMLENS_LIST_SEGROW_H

#include "backend/survey.h"

/* From a survey (ls), or about one that is open (info). */
struct segrow {
    enum seg_kind kind;
    const char *locator; /* raw */
    const char *name;    /* raw */
    const char *owner;   /* a user name: escaped already; NULL: unknown */
    const struct seg_stat *stat;
    const struct seg_mapper *mappers;
    size_t mappers_count;
    const struct seg_holder *holders;
    size_t holders_count;
    struct seg_users users;
    size_t unreadable; /* processes that could not be read */
    bool unasked;      /* users have not been looked for yet */
    int64_t now;       /* wall clock for ages, ns since the epoch */
};

/* A row of a survey. */
struct segrow segrow_of(const struct seg_survey *s, const struct seg_info *info);

/* Processes other than us that map or hold it. */
size_t segrow_procs(const struct segrow *s);

/* The kind's own count of attaches if it has one, else the processes. */
uint64_t segrow_attached(const struct segrow *s);

/* Processes that use it. Where the kind only counts attaches, of which a process may have several:
 * the processes if every attach was seen, otherwise the attaches. */
uint64_t segrow_users(const struct segrow *s);

/* `orphan` (unused, and every process could be read), `idle` (no user was found), `unlinked`, ...
 */
enum { SEGROW_STATES = 8 };
size_t segrow_states(const struct segrow *s, const char *names[SEGROW_STATES]);
bool segrow_is_orphan(const struct segrow *s);
bool segrow_is_idle(const struct segrow *s);

/* The command of a process, escaped. */
enum { COMM_SHOWN = 80 };
const char *comm_shown(const char comm[16], char buf[COMM_SHOWN]);

/* Whether the command of one of its users contains this text (ASCII letters in either case). */
bool segrow_has_command(const struct segrow *s, const char *part);

/* Whether a text contains this part, ASCII letters in either case. Every text contains an empty
 * part. */
bool text_has(const char *text, const char *part);

/* The kinds of this system as `ls --kind` takes them: `posix sysv memfd ...`. Returns buf. */
enum { KINDS_TEXT = 80 };
const char *kind_names(char buf[KINDS_TEXT]);

/* `2026-03-01T12:00:00Z` of nanoseconds since the epoch. */
enum { TIME_TEXT = 80 };
const char *time_text(int64_t ns, char buf[TIME_TEXT]);

#endif
