#include "backend/linux/proc_maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

enum {
    BUFFER = 32 * 1024, /* size of a piece of text; a line is shorter */
    BATCH = 64,         /* mappings queried at a time */
};

struct oserr maps_begin(struct backend *be, struct maps *m)
{
    void *mem;
    *m = (struct maps){.be = be, .fd = -1};
    struct oserr e = sys_alloc(be, BUFFER, &mem);
    m->buffer = mem;
    return e;
}

void maps_end(struct maps *m)
{
    free(m->buffer);
    m->buffer = NULL;
}

static struct oserr between(struct maps *m)
{
    return m->between == NULL ? OSERR_NONE : m->between(m->between_ctx);
}

/* ---- text ---- */

/* Parses a number in `base` at *s, and advances *s past it and one separator. */
static uint64_t number(const char **s, const char *end, unsigned base)
{
    uint64_t v = 0;
    for (; *s < end; (*s)++) {
        char c = **s;
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                            : 16;
        if (d >= base)
            break;
        v = v * base + d;
    }
    if (*s < end)
        (*s)++;
    return v;
}

/* `start-end perms offset major:minor inode path`; false: of no object. */
static bool parse_line(struct maps *m, const char *s, const char *end, struct sys_mapping *out)
{
    *out = (struct sys_mapping){.start = number(&s, end, 16)};
    out->end = number(&s, end, 16);
    if (end - s < 5)
        return false;
    out->read = s[0] == 'r';
    out->write = s[1] == 'w';
    out->execute = s[2] == 'x';
    out->shared = s[3] == 's';
    s += 5;
    out->offset = number(&s, end, 16);
    unsigned major = (unsigned)number(&s, end, 16), minor = (unsigned)number(&s, end, 16);
    out->dev = makedev(major, minor);
    out->ino = number(&s, end, 10);
    while (s < end && *s == ' ')
        s++;
    m->name = s;
    m->name_end = end;
    return out->dev != 0;
}

static struct oserr take_lines(struct maps *m, size_t *have,
                               struct oserr (*take)(void *, const struct sys_mapping *), void *ctx)
{
    char *s = m->buffer, *end = s + *have, *newline;
    struct oserr e = OSERR_NONE;
    struct sys_mapping at;
    while (!oserr_is(e) && (newline = memchr(s, '\n', (size_t)(end - s))) != NULL) {
        if (parse_line(m, s, newline, &at) && (at.shared || !m->shared))
            e = take(ctx, &at);
        s = newline + 1;
    }
    *have = (size_t)(end - s);
    memmove(m->buffer, s, *have);
    return e;
}

static struct oserr read_text(struct maps *m,
                              struct oserr (*take)(void *, const struct sys_mapping *), void *ctx,
                              struct oserr *unread)
{
    size_t have = 0, got = 1;
    struct oserr e = OSERR_NONE;
    while (got > 0 && have < BUFFER && !oserr_is(e)) {
        *unread = sys_read(m->be, m->fd, m->buffer + have, BUFFER - have, SYS_KEY_PROC_READ, &got);
        have += got;
        e = take_lines(m, &have, take, ctx);
        if (got > 0 && !oserr_is(e))
            e = between(m);
    }
    return e;
}

/* The kernel writes a newline as \012. */
static void copy_name(const char *s, const char *end, char buf[MAPS_NAME])
{
    size_t n = 0;
    while (s < end && n < MAPS_NAME - 1) {
        bool newline = end - s >= 4 && memcmp(s, "\\012", 4) == 0;
        buf[n++] = *s;
        if (newline)
            buf[n - 1] = '\n';
        s += newline ? 4 : 1;
    }
    buf[n] = '\0';
}

/* ---- queries ---- */

/* Queries up to `most` mappings from `at` on. *unread ENOTTY: this kernel has no such query, and
 * nothing was taken. */
static struct oserr read_asked(struct maps *m, uint64_t at, size_t most,
                               struct oserr (*take)(void *, const struct sys_mapping *), void *ctx,
                               struct oserr *unread)
{
    struct sys_mapping batch[BATCH];
    size_t n = BATCH, want = BATCH;
    struct oserr e = OSERR_NONE;
    while (n == want && most > 0 && !oserr_is(e)) {
        want = most < BATCH ? most : BATCH;
        *unread = sys_mappings(m->be, m->fd, &at, m->shared, batch, want, &n);
        most -= n;
        for (size_t i = 0; i < n && !oserr_is(e); i++)
            if (batch[i].dev != 0)
                e = take(ctx, &batch[i]);
        if (oserr_is(*unread))
            break;
        if (n == BATCH && !oserr_is(e))
            e = between(m);
    }
    return e;
}

static struct oserr read_from(struct maps *m, uint32_t pid, uint64_t at, size_t most,
                              struct oserr (*take)(void *ctx, const struct sys_mapping *at),
                              void *ctx, struct oserr *unread)
{
    char path[40];
    struct oserr e = OSERR_NONE;
    snprintf(path, sizeof path, "/proc/%u/maps", pid);
    *unread = sys_open(m->be, path, O_RDONLY | O_CLOEXEC, SYS_KEY_PROC_MAPS, &m->fd);
    if (oserr_is(*unread))
        return OSERR_NONE;
    if (!m->text) {
        e = read_asked(m, at, most, take, ctx, unread);
        m->text = unread->code == ENOTTY;
    }
    if (m->text)
        e = read_text(m, take, ctx, unread);
    sys_close(m->be, m->fd, SYS_KEY_PROC_CLOSE);
    m->fd = -1;
    return e;
}

struct oserr maps_read(struct maps *m, uint32_t pid,
                       struct oserr (*take)(void *ctx, const struct sys_mapping *at), void *ctx,
                       struct oserr *unread)
{
    return read_from(m, pid, 0, SIZE_MAX, take, ctx, unread);
}

struct oserr maps_cover(struct maps *m, uint32_t pid, uint64_t address,
                        struct oserr (*take)(void *ctx, const struct sys_mapping *at), void *ctx,
                        struct oserr *unread)
{
    return read_from(m, pid, address, 1, take, ctx, unread);
}

struct oserr maps_name(struct maps *m, const struct sys_mapping *at, char buf[MAPS_NAME])
{
    if (!m->text)
        return sys_mapping_name(m->be, m->fd, at->start, buf, MAPS_NAME);
    copy_name(m->name, m->name_end, buf);
    return OSERR_NONE;
}
