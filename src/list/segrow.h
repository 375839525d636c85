/* A segment with who has it, as ls, info, clean and the list on the screen see it: states in words,
 * JSON. */
#ifndef SHMLENS_LIST_SEGROW_H
#define SHMLENS_LIST_SEGROW_H

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
    struct seg_users users;
    size_t unreadable; /* processes that could not be read */
    bool unasked;      /* who has it was not asked yet */
    int64_t now;       /* wall clock of what is shown as an age, ns since the epoch */
};

/* A row of a survey. */
struct segrow segrow_of(const struct seg_survey *s, const struct seg_info *info);

/* Processes other than us that map it or hold it. */
size_t segrow_procs(const struct segrow *s);

/* The kind's own count of attaches where it has one, else the processes. */
uint64_t segrow_attached(const struct segrow *s);

/* `orphan` (nobody has it, and everybody could be asked), `idle` (nobody seen), `unlinked`, ... */
enum { SEGROW_STATES = 8 };
size_t segrow_states(const struct segrow *s, const char *names[SEGROW_STATES]);
bool segrow_is_orphan(const struct segrow *s);
bool segrow_is_idle(const struct segrow *s);

/* The command of a process, escaped. */
enum { COMM_SHOWN = 80 };
const char *comm_shown(const char comm[16], char buf[COMM_SHOWN]);

/* Is a process whose command has this text in it (letters in either case) among its users? */
bool segrow_has_command(const struct segrow *s, const char *part);

/* Has a text this part in it, letters in either case? An empty part is in every text. */
bool text_has(const char *text, const char *part);

/* The object that ls --json and info --json print; NULL: out of memory. */
json_t *segrow_json(const struct segrow *s);

/* An object or array on one line, streamed to out. */
bool json_print(struct out *o, const json_t *value);

/* The kinds of this system as `ls --kind` takes them: `posix sysv memfd ...`. Returns buf. */
enum { KINDS_TEXT = 80 };
const char *kind_names(char buf[KINDS_TEXT]);

/* A raw text as a JSON string, escaped. NULL: out of memory. */
json_t *json_escaped(const char *raw);

/* `2026-03-01T12:00:00Z` of nanoseconds since the epoch. */
enum { TIME_TEXT = 80 };
const char *time_text(int64_t ns, char buf[TIME_TEXT]);

#endif
