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
    size_t unowned;    /* open files of unknown objects that no process has: seg_who.unowned */
    const struct seg_unreads *unread; /* the first of them; may be NULL */
    bool unasked;                     /* users have not been looked for yet */
    bool proved; /* a look for a removal has proved not long ago that it is unused */
    int64_t now; /* wall clock for ages, ns since the epoch */
};

/* A row of a survey. */
struct segrow segrow_of(const struct seg_survey *s, const struct seg_info *info);

/* Processes other than us that map or hold it. */
size_t segrow_procs(const struct segrow *s);

/* The kind's own count of attaches, without ours, if it has one, else the processes. */
uint64_t segrow_attached(const struct segrow *s);

/* Processes other than us that use it. Where the kind only counts attaches, of which a process may
 * have several: the processes if every attach was seen, otherwise the attaches. */
uint64_t segrow_users(const struct segrow *s);

/* `orphan` (unused, and nothing can hide a user), `idle` (no user was found), `unlinked`, ...
 */
enum { SEGROW_STATES = 8 };
size_t segrow_states(const struct segrow *s, const char *names[SEGROW_STATES]);
bool segrow_is_orphan(const struct segrow *s);
bool segrow_is_idle(const struct segrow *s);

/* What the state means for its users, in words that need no manual and are the same everywhere:
 * `orphan: no process uses it`, `idle: no user found, but 2 processes could not be read`, or
 * `in use by 2 processes`; empty where it is not known, or ends with its users anyway. Returns buf.
 */
enum { VERDICT_TEXT = 160 };
extern const char verdict_orphan[];
const char *verdict_idle(size_t unreadable, size_t unowned, char buf[VERDICT_TEXT]);
const char *verdict_used(uint64_t users, char buf[VERDICT_TEXT]);
const char *segrow_verdict(const struct segrow *s, char buf[VERDICT_TEXT]);

/* What a word of segrow_states means, but for those of its users: `its name is gone; ...`. */
const char *state_meaning(const char *name);

/* Why unused is not proved: `2 processes could not be read`, `1 open file belongs to no process`.
 * Returns buf. */
enum { UNSEEN_TEXT = 120 };
const char *unseen_text(size_t unreadable, size_t unowned, char buf[UNSEEN_TEXT]);

/* A process that could not be read, and why: `1 systemd: Permission denied (open)`. Returns buf. */
enum { UNREAD_TEXT = 240 };
const char *unread_text(const struct seg_unread *u, char buf[UNREAD_TEXT]);

/* The name, escaped; in a named section of Windows the backslash after Local or Global is its own,
 * as in the locator. The caller frees it; NULL: out of memory. */
MUST_USE char *segrow_name_shown(const struct segrow *s);

/* The command of a process, escaped. */
enum { COMM_SHOWN = 4 * SEG_COMM };
const char *comm_shown(const char comm[SEG_COMM], char buf[COMM_SHOWN]);

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
