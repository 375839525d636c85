#include "list/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/text.h"

static void number_cell(char cell[CELL_MAX], bool known, uint64_t n)
{
    if (known)
        (void)snprintf(cell, CELL_MAX, "%" PRIu64, n);
    else
        (void)snprintf(cell, CELL_MAX, "-");
}

static void size_cell(char cell[CELL_MAX], bool known, uint64_t n)
{
    char text[NUMBER_SIZE_MAX] = "-";
    if (known)
        (void)number_format_size(n, text);
    (void)snprintf(cell, CELL_MAX, "%s", text);
}

static bool has(const struct segrow *s, unsigned bits)
{
    return (s->stat->known & bits) != 0;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

/* Unknown is less than anything known. */
static int known_order(const struct segrow *a, const struct segrow *b, unsigned bit, uint64_t x,
                       uint64_t y)
{
    return has(a, bit) == has(b, bit) ? order(x, y) : has(a, bit) ? 1 : -1;
}

static void locator_text(const struct segrow *s, char cell[CELL_MAX])
{
    (void)locator_shown(s->locator, cell, CELL_MAX);
}

/* The locator with the object's other names: `sysv:98304 0x0052e2c1` (the key; short, so that it is
 * whole in 80 columns), `fd:2112/14  memfd wl_shm`. */
static void locator_people(const struct segrow *s, char cell[CELL_MAX])
{
    size_t n = locator_shown(s->locator, cell, CELL_MAX);
    const char *tag = seg_kind_tag(s->kind);
    bool named = s->name[0] != '\0' && strstr(s->locator, s->name) == NULL;
    if (n + 32 >= CELL_MAX)
        return;
    if (has(s, SEG_HAS_KEY)) { /* its name is the key; 0 means no key */
        if (s->stat->key != 0)
            (void)snprintf(cell + n, CELL_MAX - n, " 0x%08" PRIx32, s->stat->key);
        return;
    }
    if (tag[0] != '\0')
        n += (size_t)snprintf(cell + n, CELL_MAX - n, "  %s", tag);
    if (named) {
        n += (size_t)snprintf(cell + n, CELL_MAX - n, "%s", tag[0] != '\0' ? " " : "  ");
        (void)text_escape(cell + n, CELL_MAX - n, s->name, strlen(s->name));
    }
}

static int locator_compare(const struct segrow *a, const struct segrow *b)
{
    return strcmp(a->locator, b->locator);
}

/* The functions of a column of bytes, NAME_text, NAME_shown and NAME_compare. */
#define BYTES_COLUMN(name, bit, field)                                        \
    static void name##_text(const struct segrow *s, char cell[CELL_MAX])      \
    {                                                                         \
        number_cell(cell, has(s, bit), s->stat->field);                       \
    }                                                                         \
    static void name##_shown(const struct segrow *s, char cell[CELL_MAX])     \
    {                                                                         \
        size_cell(cell, has(s, bit), s->stat->field);                         \
    }                                                                         \
    static int name##_compare(const struct segrow *a, const struct segrow *b) \
    {                                                                         \
        return known_order(a, b, bit, a->stat->field, b->stat->field);        \
    }
BYTES_COLUMN(size, SEG_HAS_SIZE, size)
BYTES_COLUMN(res, SEG_HAS_RESIDENT, resident)
BYTES_COLUMN(swap, SEG_HAS_SWAP, swap)
#undef BYTES_COLUMN

static void mode_text(const struct segrow *s, char cell[CELL_MAX])
{
    if (has(s, SEG_HAS_MODE))
        (void)snprintf(cell, CELL_MAX, "%04" PRIo32 "%s", s->stat->mode, s->stat->acl ? "+" : "");
    else
        number_cell(cell, false, 0);
}

/* With `+` the letters would be wider than the column. */
static void mode_shown(const struct segrow *s, char cell[CELL_MAX])
{
    char letters[NUMBER_MODE_MAX];
    number_format_mode(s->stat->mode, letters);
    if (s->stat->acl)
        mode_text(s, cell);
    else
        (void)snprintf(cell, CELL_MAX, "%s", has(s, SEG_HAS_MODE) ? letters : "-");
}

static int mode_compare(const struct segrow *a, const struct segrow *b)
{
    return known_order(a, b, SEG_HAS_MODE, a->stat->mode, b->stat->mode);
}

static void owner_text(const struct segrow *s, char cell[CELL_MAX])
{
    const char *owner = s->owner == NULL || s->owner[0] == '\0' ? "-" : s->owner;
    (void)text_escape(cell, CELL_MAX, owner, strlen(owner));
}

static int owner_compare(const struct segrow *a, const struct segrow *b)
{
    return strcmp(a->owner == NULL ? "" : a->owner, b->owner == NULL ? "" : b->owner);
}

static void procs_text(const struct segrow *s, char cell[CELL_MAX])
{
    number_cell(cell, true, segrow_users(s));
}

/* No user was found, but there may be some: some processes could not be read, or none was. */
static bool is_unsure(const struct segrow *s)
{
    bool unseen = s->unreadable + s->unowned > 0 && !has(s, SEG_HAS_ATTACHED);
    return !s->proved && (s->unasked || unseen);
}

/* `2 rw 1 r`, `1 fd`; `nobody` where none was seen. */
static void count_cell(const struct segrow *s, const char *nobody, char cell[CELL_MAX])
{
    struct seg_users n = s->users;
    if (n.rw > 0 && n.ro > 0)
        (void)snprintf(cell, CELL_MAX, "%zu rw %zu r", n.rw, n.ro);
    else if (n.rw + n.ro > 0)
        (void)snprintf(cell, CELL_MAX, "%zu %s", n.rw + n.ro, n.rw > 0 ? "rw" : "r");
    else if (n.held > 0)
        (void)snprintf(cell, CELL_MAX, "%zu fd", n.held);
    else if (has(s, SEG_HAS_ATTACHED) && segrow_attached(s) > 0)
        (void)snprintf(cell, CELL_MAX, "%" PRIu64 " att", segrow_attached(s));
    else
        (void)snprintf(cell, CELL_MAX, "%s", nobody);
}

/* How many were seen, as `ls` has it; that there may be others, USED BY and STATE say. `?`: users
 * were not asked for. */
static void procs_shown(const struct segrow *s, char cell[CELL_MAX])
{
    count_cell(s, s->unasked && !s->proved ? "?" : "0", cell);
}

static int procs_compare(const struct segrow *a, const struct segrow *b)
{
    return order(segrow_users(a), segrow_users(b));
}

static void join_states(const struct segrow *s, const char *none, const char *gap,
                        char cell[CELL_MAX])
{
    const char *names[SEGROW_STATES];
    size_t n = segrow_states(s, names);
    size_t used = 0;
    (void)snprintf(cell, CELL_MAX, "%s", none);
    for (size_t i = 0; i < n; i++) {
        int m = snprintf(cell + used, CELL_MAX - used, "%s%s", i == 0 ? "" : gap, names[i]);
        used += m > 0 ? (size_t)m : 0;
    }
}

static void state_text(const struct segrow *s, char cell[CELL_MAX])
{
    join_states(s, "-", ",", cell);
}

static void state_shown(const struct segrow *s, char cell[CELL_MAX])
{
    join_states(s, "-", ", ", cell);
}

/* By the first word; rows without one come last. */
static int state_compare(const struct segrow *a, const struct segrow *b)
{
    const char *first[SEGROW_STATES] = {""};
    const char *second[SEGROW_STATES] = {""};
    size_t n = segrow_states(a, first);
    size_t m = segrow_states(b, second);
    return n == 0 || m == 0 ? (n == 0) - (m == 0) : strcmp(first[0], second[0]);
}

static void kind_text(const struct segrow *s, char cell[CELL_MAX])
{
    (void)snprintf(cell, CELL_MAX, "%s", seg_kind_name(s->kind));
}

static int kind_compare(const struct segrow *a, const struct segrow *b)
{
    return strcmp(seg_kind_name(a->kind), seg_kind_name(b->kind));
}

static void name_text(const struct segrow *s, char cell[CELL_MAX])
{
    char *name = segrow_name_shown(s);
    (void)snprintf(cell, CELL_MAX, "%s", name == NULL ? "" : name);
    free(name);
}

static int name_compare(const struct segrow *a, const struct segrow *b)
{
    return strcmp(a->name, b->name);
}

static void key_text(const struct segrow *s, char cell[CELL_MAX])
{
    if (has(s, SEG_HAS_KEY))
        (void)snprintf(cell, CELL_MAX, "0x%08" PRIx32, s->stat->key);
    else
        number_cell(cell, false, 0);
}

static int key_compare(const struct segrow *a, const struct segrow *b)
{
    return known_order(a, b, SEG_HAS_KEY, a->stat->key, b->stat->key);
}

static void mtime_text(const struct segrow *s, char cell[CELL_MAX])
{
    char text[TIME_TEXT] = "-";
    if (has(s, SEG_HAS_TIMES))
        (void)time_text(s->stat->mtime, text);
    (void)snprintf(cell, CELL_MAX, "%s", text);
}

/* How long ago: `now`, `12s`, `5m`, `3h`, `8d`. */
static void age_text(const struct segrow *s, char cell[CELL_MAX])
{
    int64_t age = (s->now - s->stat->mtime) / 1000000000;
    if (!has(s, SEG_HAS_TIMES))
        number_cell(cell, false, 0);
    else if (age < 1)
        (void)snprintf(cell, CELL_MAX, "%s", age < 0 ? "later" : "now");
    else if (age < 60)
        (void)snprintf(cell, CELL_MAX, "%ds", (int)age);
    else if (age < 3600)
        (void)snprintf(cell, CELL_MAX, "%dm", (int)(age / 60));
    else if (age < 86400)
        (void)snprintf(cell, CELL_MAX, "%dh", (int)(age / 3600));
    else
        (void)snprintf(cell, CELL_MAX, "%" PRId64 "d", age / 86400);
}

static int mtime_compare(const struct segrow *a, const struct segrow *b)
{
    return a->stat->mtime < b->stat->mtime ? -1 : a->stat->mtime > b->stat->mtime ? 1 : 0;
}

/* Ascending: what was written last comes first. */
static int age_compare(const struct segrow *a, const struct segrow *b)
{
    return mtime_compare(b, a);
}

static void creator_text(const struct segrow *s, char cell[CELL_MAX])
{
    number_cell(cell, has(s, SEG_HAS_CREATOR), s->stat->creator);
}

static int creator_compare(const struct segrow *a, const struct segrow *b)
{
    return known_order(a, b, SEG_HAS_CREATOR, a->stat->creator, b->stat->creator);
}

static void last_text(const struct segrow *s, char cell[CELL_MAX])
{
    number_cell(cell, has(s, SEG_HAS_LAST_PID), s->stat->last_pid);
}

static int last_compare(const struct segrow *a, const struct segrow *b)
{
    return known_order(a, b, SEG_HAS_LAST_PID, a->stat->last_pid, b->stat->last_pid);
}

enum { FEW_BELOW = 64 };

/* ---- the commands of its users ---- */

enum { USERS_NAMED = 8 };

/* Processes of one command that may do the same: `python3 x3 rw`. */
struct user_group {
    const char *comm; /* SEG_COMM raw bytes */
    const char *may;
    size_t count;
};

/* Adds a process to those of its command; one that all groups are taken for is left out, *more. */
static void add_user(struct user_group group[USERS_NAMED], size_t *count, size_t *more,
                     const struct user_group *user)
{
    size_t i = 0;
    while (i < *count && (strncmp(group[i].comm, user->comm, SEG_COMM) != 0 ||
                          strcmp(group[i].may, user->may) != 0))
        i++;
    if (i < *count)
        group[i].count++;
    else if (*count < USERS_NAMED)
        group[(*count)++] = *user;
    else
        ++*more;
}

/* The users but for ourselves, each process once, with the most that it may do. */
static size_t group_users(const struct segrow *s, struct user_group group[USERS_NAMED],
                          size_t *more)
{
    size_t count = 0;
    *more = 0;
    for (size_t i = 0, next = 0; i < s->mappers_count; i = next) {
        const struct seg_mapper *m = &s->mappers[i];
        bool write = false;
        for (next = i; next < s->mappers_count && s->mappers[next].pid == m->pid; next++)
            write = write || s->mappers[next].write;
        if (m->pid != os_pid() && m->comm[0] != '\0')
            add_user(group, &count, more, &(struct user_group){m->comm, write ? "rw" : "r", 1});
    }
    for (size_t i = 0; i < s->holders_count; i++) {
        const struct seg_holder *h = &s->holders[i];
        bool again = i > 0 && s->holders[i - 1].pid == h->pid;
        if (h->pid != os_pid() && !again && h->comm[0] != '\0')
            add_user(group, &count, more, &(struct user_group){h->comm, "fd", 1});
    }
    return count;
}

/* ` x3 rw`: how many, and what they may do. */
enum { GROUP_TAIL = 32 };
static const char *group_tail(const struct user_group *g, char tail[GROUP_TAIL])
{
    char times[24] = "";
    if (g->count > 1)
        (void)snprintf(times, sizeof times, " x%zu", g->count);
    (void)snprintf(tail, GROUP_TAIL, "%s %s", times, g->may);
    return tail;
}

/* The name, with an ellipsis in place of what exceeds `bytes`. */
static void put_name(const struct user_group *g, size_t bytes, char out[COMM_SHOWN + 4])
{
    char name[COMM_SHOWN];
    size_t n = strlen(comm_shown(g->comm, name));
    bool cut = n > bytes;
    for (n = cut ? bytes : n; cut && n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80;)
        n--; /* whole characters */
    (void)snprintf(out, COMM_SHOWN + 4, "%.*s%s", (int)n, name, cut ? "\xe2\x80\xa6" : "");
}

size_t column_users(const struct segrow *s, size_t groups, size_t bytes, char cell[CELL_MAX])
{
    struct user_group group[USERS_NAMED];
    size_t more = 0, n = 0, count = group_users(s, group, &more);
    groups = groups < count ? groups : count;
    for (size_t i = 0; i < groups; i++) {
        char name[COMM_SHOWN + 4], tail[GROUP_TAIL];
        put_name(&group[i], bytes, name);
        n += (size_t)snprintf(cell + n, CELL_MAX - n, "%s%s%s", i > 0 ? ", " : "", name,
                              group_tail(&group[i], tail));
    }
    for (size_t i = groups; i < count; i++)
        more += group[i].count;
    if (count == 0)
        count_cell(s, is_unsure(s) ? "?" : "-", cell);
    else if (more > 0)
        (void)snprintf(cell + n, CELL_MAX - n, ", +%zu", more);
    return count;
}

/* `prod rw, python3 x3 rw, +2`; without a name as the count of processes has it. */
static void users_shown(const struct segrow *s, char cell[CELL_MAX])
{
    (void)column_users(s, USERS_NAMED, COMM_SHOWN, cell);
}

/* `prod,python3`; `?`: there are users without a name, or there may be some. */
static void users_text(const struct segrow *s, char cell[CELL_MAX])
{
    struct user_group group[USERS_NAMED];
    size_t more = 0, n = 0, count = group_users(s, group, &more);
    (void)snprintf(cell, CELL_MAX, "%s", segrow_users(s) > 0 || is_unsure(s) ? "?" : "-");
    for (size_t i = 0; i < count; i++) {
        char name[COMM_SHOWN];
        n += (size_t)snprintf(cell + n, CELL_MAX - n, "%s%s", i > 0 ? "," : "",
                              comm_shown(group[i].comm, name));
    }
    if (more > 0)
        (void)snprintf(cell + n, CELL_MAX - n, ",+%zu", more);
}

/* By the command of the first; those without users last. */
static int users_compare(const struct segrow *a, const struct segrow *b)
{
    struct user_group x[USERS_NAMED], y[USERS_NAMED];
    size_t more = 0, n = group_users(a, x, &more), m = group_users(b, y, &more);
    return n == 0 || m == 0 ? (n == 0) - (m == 0) : strncmp(x[0].comm, y[0].comm, SEG_COMM);
}

/* The first COLUMNS_FIRST are the default. */
static const struct column columns[] = {
    {"LOCATOR", NULL, false, false, 0, 0, locator_text, locator_people, locator_compare,
     "what names it"},
    {"SIZE", NULL, true, true, 8, 0, size_text, size_shown, size_compare, "bytes"},
    {"RES", NULL, true, true, 8, FEW_BELOW, res_text, res_shown, res_compare,
     "bytes resident in memory"},
    {"MODE", NULL, false, false, 9, 110, mode_text, mode_shown, mode_compare, "permissions"},
    {"OWNER", NULL, false, false, 8, FEW_BELOW, owner_text, NULL, owner_compare, "user"},
    {"PROCS", NULL, true, true, 8, 130, procs_text, procs_shown, procs_compare,
     "processes that map it or hold it open, but for this shmlens"},
    {"STATE", NULL, false, false, 8, 0, state_text, state_shown, state_compare,
     "orphan: no user; idle: none found; sealed ..."},
    {"KIND", NULL, false, false, 5, 130, kind_text, NULL, kind_compare, "posix, sysv, memfd, ..."},
    {"NAME", NULL, false, false, 16, 0, name_text, NULL, name_compare, "the name alone"},
    {"KEY", NULL, false, false, 10, 150, key_text, NULL, key_compare, "System V key"},
    {"SWAP", NULL, true, true, 8, 160, swap_text, swap_shown, swap_compare,
     "bytes of it that are swapped out"},
    {"AGE", NULL, true, false, 5, 76, age_text, NULL, age_compare,
     "since the last write call, or first store to a page (sysv: change)"},
    {"MTIME", NULL, false, true, 20, 0, mtime_text, NULL, mtime_compare,
     "date of the last write call, or first store (AGE: since then)"},
    {"USERS", "USED BY", false, false, 14, FEW_BELOW, users_text, users_shown, users_compare,
     "commands of the processes that use it, but for this shmlens"},
    {"CREATOR", NULL, true, false, 7, 130, creator_text, NULL, creator_compare,
     "PID of the creator"},
    {"LAST", NULL, true, false, 7, 160, last_text, NULL, last_compare,
     "PID of the last to attach or detach"},
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

const char *column_title(const struct column *c)
{
    return c->title != NULL ? c->title : c->name;
}

const struct column *column_table(size_t *count)
{
    *count = COLUMNS;
    return columns;
}

void column_shown(const struct column *c, const struct segrow *s, char cell[CELL_MAX])
{
    (c->shown != NULL ? c->shown : c->text)(s, cell);
}
