/* The columns of ls, once: what they are called, print and sort by. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/segrow.h"
#include "core/text.h"

static void number_cell(char cell[CELL_MAX], bool known, uint64_t n)
{
    if (known) {
        (void)snprintf(cell, CELL_MAX, "%" PRIu64, n);
    } else {
        (void)snprintf(cell, CELL_MAX, "-");
    }
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

static void locator_text(const struct segrow *s, char cell[CELL_MAX])
{
    (void)locator_shown(s->locator, cell, CELL_MAX);
}

static int locator_compare(const struct segrow *a, const struct segrow *b)
{
    return strcmp(a->locator, b->locator);
}

static void size_text(const struct segrow *s, char cell[CELL_MAX])
{
    number_cell(cell, (s->stat->known & SEG_HAS_SIZE) != 0, s->stat->size);
}

static int size_compare(const struct segrow *a, const struct segrow *b)
{
    return order(a->stat->size, b->stat->size);
}

static void res_text(const struct segrow *s, char cell[CELL_MAX])
{
    number_cell(cell, (s->stat->known & SEG_HAS_RESIDENT) != 0, s->stat->resident);
}

static int res_compare(const struct segrow *a, const struct segrow *b)
{
    return order(a->stat->resident, b->stat->resident);
}

static void mode_text(const struct segrow *s, char cell[CELL_MAX])
{
    if ((s->stat->known & SEG_HAS_MODE) != 0) {
        (void)snprintf(cell, CELL_MAX, "%04" PRIo32, s->stat->mode);
    } else {
        number_cell(cell, false, 0);
    }
}

static int mode_compare(const struct segrow *a, const struct segrow *b)
{
    return order(a->stat->mode, b->stat->mode);
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
    bool counted = (s->stat->known & SEG_HAS_ATTACHED) != 0;
    number_cell(cell, true, counted ? s->stat->attached : (uint64_t)segrow_procs(s));
}

static int procs_compare(const struct segrow *a, const struct segrow *b)
{
    return order(segrow_procs(a), segrow_procs(b));
}

static void state_text(const struct segrow *s, char cell[CELL_MAX])
{
    const char *names[SEGROW_STATES];
    size_t n = segrow_states(s, names);
    size_t used = 0;
    (void)snprintf(cell, CELL_MAX, "-");
    for (size_t i = 0; i < n; i++) {
        int m = snprintf(cell + used, CELL_MAX - used, "%s%s", i == 0 ? "" : ",", names[i]);
        used += m > 0 ? (size_t)m : 0;
    }
}

static int state_compare(const struct segrow *a, const struct segrow *b)
{
    const char *first[SEGROW_STATES] = {""};
    const char *second[SEGROW_STATES] = {""};
    (void)segrow_states(a, first);
    (void)segrow_states(b, second);
    return strcmp(first[0], second[0]);
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
    (void)text_escape(cell, CELL_MAX, s->name, strlen(s->name));
}

static int name_compare(const struct segrow *a, const struct segrow *b)
{
    return strcmp(a->name, b->name);
}

static void mtime_text(const struct segrow *s, char cell[CELL_MAX])
{
    char text[TIME_TEXT] = "-";
    if ((s->stat->known & SEG_HAS_TIMES) != 0) {
        (void)time_text(s->stat->mtime, text);
    }
    (void)snprintf(cell, CELL_MAX, "%s", text);
}

static int mtime_compare(const struct segrow *a, const struct segrow *b)
{
    return a->stat->mtime < b->stat->mtime ? -1 : a->stat->mtime > b->stat->mtime ? 1 : 0;
}

static void creator_text(const struct segrow *s, char cell[CELL_MAX])
{
    number_cell(cell, (s->stat->known & SEG_HAS_CREATOR) != 0, s->stat->creator);
}

static int creator_compare(const struct segrow *a, const struct segrow *b)
{
    return order(a->stat->creator, b->stat->creator);
}

/* The first seven are what ls shows unless told otherwise. */
static const struct column columns[] = {
    {"LOCATOR", false, locator_text, locator_compare, "what names it"},
    {"SIZE", true, size_text, size_compare, "bytes"},
    {"RES", true, res_text, res_compare, "bytes that have memory behind them"},
    {"MODE", false, mode_text, mode_compare, "permissions"},
    {"OWNER", false, owner_text, owner_compare, "user"},
    {"PROCS", true, procs_text, procs_compare, "processes that map it or hold it open"},
    {"STATE", false, state_text, state_compare, "orphan, idle, unlinked, sealed, ..."},
    {"KIND", false, kind_text, kind_compare, "posix, sysv, ..."},
    {"NAME", false, name_text, name_compare, "the name alone"},
    {"MTIME", false, mtime_text, mtime_compare, "time of the last change known"},
    {"CREATOR", true, creator_text, creator_compare, "pid of who made it"},
};

const struct column *column_table(size_t *count)
{
    *count = sizeof columns / sizeof columns[0];
    return columns;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

const struct column *column_find(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        size_t k = 0;
        while (k < n && columns[i].name[k] != '\0' && columns[i].name[k] == upper(name[k])) {
            k++;
        }
        if (k == n && columns[i].name[k] == '\0') {
            return &columns[i];
        }
    }
    return NULL;
}
