#include "backend/peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/linux/sys_proc.h"

static struct oserr open_file(struct backend *be, uint32_t pid, const char *name, enum sys_key key,
                              int *fd)
{
    char path[40];
    (void)snprintf(path, sizeof path, "/proc/%u/%s", pid, name);
    return sys_open(be, path, O_RDONLY | O_CLOEXEC, key, fd);
}

struct oserr peer_name(struct backend *be, uint32_t pid, char comm[SEG_COMM])
{
    size_t got = 0;
    int fd = -1;
    comm[0] = '\0';
    struct oserr e = open_file(be, pid, "comm", SYS_KEY_PROC_COMM, &fd);
    if (oserr_is(e))
        return e;
    e = sys_read(be, fd, comm, 15, SYS_KEY_PROC_READ, &got);
    sys_close(be, fd, SYS_KEY_PROC_CLOSE);
    comm[got] = '\0';
    comm[strcspn(comm, "\n")] = '\0';
    return e;
}

/* ---- mappings ---- */

struct ranges {
    struct peer_range *at;
    size_t n, cap;
};

/* A line `START-END rwxp ...`. */
static struct oserr add_range(struct backend *be, struct ranges *r, const char *line)
{
    char *end;
    uint64_t from = strtoull(line, &end, 16), to = 0;
    if (*end == '-')
        to = strtoull(end + 1, &end, 16);
    if (to <= from || strlen(end) < 5)
        return OSERR_NONE;
    void *items = r->at;
    struct oserr e = sys_grow(be, &items, &r->cap, r->n + 1, sizeof *r->at);
    r->at = items;
    if (!oserr_is(e))
        r->at[r->n++] = (struct peer_range){from, to, end[3] == 'x', end[4] == 'p'};
    return e;
}

struct oserr peer_ranges(struct backend *be, uint32_t pid, struct peer_range **out, size_t *n)
{
    struct ranges r = {0};
    char line[8192]; /* begins with the start of a line */
    size_t have = 0, got = 0;
    int fd = -1;
    struct oserr e = open_file(be, pid, "maps", SYS_KEY_PROC_MAPS, &fd);
    while (!oserr_is(e)) {
        e = sys_read(be, fd, line + have, sizeof line - 1 - have, SYS_KEY_PROC_READ, &got);
        if (oserr_is(e) || got == 0)
            break;
        have += got;
        line[have] = '\0';
        char *at = line, *end;
        while (!oserr_is(e) && (end = strchr(at, '\n')) != NULL) {
            *end = '\0';
            e = add_range(be, &r, at);
            at = end + 1;
        }
        have -= (size_t)(at - line);
        memmove(line, at, have);
        if (have == sizeof line - 1) /* a name longer than any path; its end is no range */
            have = 0;
    }
    if (fd >= 0)
        sys_close(be, fd, SYS_KEY_PROC_CLOSE);
    if (oserr_is(e)) {
        free(r.at);
        r = (struct ranges){0};
    }
    *out = r.at;
    *n = r.n;
    return e;
}

/* ---- memory ---- */

enum {
    PAGES = 64,    /* that are kept */
    ENTRIES = 512, /* of pagemap, read at once */
};

/* Bits of an entry of pagemap. */
#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_SHARED  (UINT64_C(1) << 61) /* of a file, or anonymous and shared */

struct peer_memory {
    struct backend *be;
    int memory, map;
    uint64_t page;  /* bytes */
    uint64_t first; /* page of entry[0] */
    size_t entries;
    uint64_t entry[ENTRIES];
    uint64_t kept[PAGES];     /* numbers of pages + 1; 0: none */
    uint8_t *bytes;           /* of them */
    struct peer_range *range; /* the mappings, by address */
    size_t ranges;
};

struct oserr peer_memory_open(struct backend *be, uint32_t pid, struct peer_memory **out)
{
    void *p = NULL, *bytes = NULL;
    struct peer_range *range = NULL;
    size_t ranges = 0;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    *out = NULL;
    struct oserr e = sys_alloc(be, sizeof **out, &p);
    if (!oserr_is(e))
        e = sys_alloc(be, PAGES * (size_t)page, &bytes);
    struct peer_memory *peer = p;
    if (peer != NULL)
        *peer =
            (struct peer_memory){.be = be, .memory = -1, .map = -1, .page = page, .bytes = bytes};
    if (!oserr_is(e))
        e = open_file(be, pid, "mem", SYS_KEY_NONE, &peer->memory);
    if (!oserr_is(e))
        e = open_file(be, pid, "pagemap", SYS_KEY_NONE, &peer->map);
    if (!oserr_is(e))
        e = peer_ranges(be, pid, &range, &ranges);
    if (peer != NULL) {
        peer->range = range;
        peer->ranges = ranges;
    }
    if (oserr_is(e))
        peer_memory_close(peer);
    else
        *out = peer;
    return e;
}

void peer_memory_close(struct peer_memory *p)
{
    if (p == NULL)
        return;
    if (p->memory >= 0)
        sys_close(p->be, p->memory, SYS_KEY_NONE);
    if (p->map >= 0)
        sys_close(p->be, p->map, SYS_KEY_NONE);
    free(p->range);
    free(p->bytes);
    free(p);
}

/* Is the address in a private mapping? Pages of devices do not say that they are shared. */
static bool lies_in_own(const struct peer_memory *p, uint64_t address)
{
    size_t low = 0, high = p->ranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->range[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->ranges && p->range[low].start <= address && p->range[low].own;
}

/* Has the process a page of its own there? */
static bool is_private(struct peer_memory *p, uint64_t number)
{
    if (p->entries == 0 || number < p->first || number - p->first >= p->entries) {
        size_t got = 0;
        p->first = number - number % ENTRIES;
        struct oserr e = sys_pread(p->be, p->map, p->entry, sizeof p->entry, 8 * p->first, &got);
        p->entries = oserr_is(e) ? 0 : got / 8;
    }
    uint64_t at = number - p->first;
    uint64_t entry = at < p->entries ? p->entry[at] : 0;
    return (entry & ENTRY_PRESENT) != 0 && (entry & ENTRY_SHARED) == 0;
}

/* The bytes of a page; NULL: it is not to be read. */
static const uint8_t *page_at(struct peer_memory *p, uint64_t number)
{
    size_t slot = (size_t)(number % PAGES), got = 0;
    uint8_t *bytes = p->bytes + slot * (size_t)p->page;
    if (p->kept[slot] == number + 1)
        return bytes;
    if (!lies_in_own(p, number * p->page) || !is_private(p, number))
        return NULL;
    p->kept[slot] = 0;
    struct oserr e = sys_pread(p->be, p->memory, bytes, (size_t)p->page, number * p->page, &got);
    if (oserr_is(e) || got < p->page)
        return NULL;
    p->kept[slot] = number + 1;
    return bytes;
}

bool peer_memory_read(struct peer_memory *p, uint64_t address, void *buf, size_t n)
{
    uint8_t *to = buf;
    if (address > INT64_MAX || n > INT64_MAX - address)
        return false;
    while (n > 0) {
        size_t skip = (size_t)(address % p->page);
        size_t some = (size_t)p->page - skip < n ? (size_t)p->page - skip : n;
        const uint8_t *page = page_at(p, address / p->page);
        if (page == NULL)
            return false;
        memcpy(to, page + skip, some);
        to += some;
        address += some;
        n -= some;
    }
    return true;
}
