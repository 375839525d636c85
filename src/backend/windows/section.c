/* win:Local\name and win:Global\name: named sections ("file mappings"). A name exists as
 * long as somebody has a handle; it cannot be removed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "backend/windows/kinds.h"
#include "backend/windows/sys_windows.h"
#include "backend/windows/wtf8.h"

enum { PREFIX = sizeof WIN_PREFIX - 1, NOT_A_SECTION = 6, BAD_PARAMETER = 87 };

static const char *const spaces[] = {"Local\\", "Global\\"};

/* `Local\x` of a canonical locator. */
static const char *win_name(const char *locator)
{
    return locator + PREFIX;
}

void win_identify(const char *full_name, struct seg_stat *out)
{
    XXH128_hash_t h = XXH3_128bits(full_name, strlen(full_name));
    out->dev = h.high64;
    out->ino = h.low64;
}

/* The name after `Local\` or `Global\`; NULL: it begins with neither. */
static const char *behind_space(const char *name)
{
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (strncmp(name, spaces[i], strlen(spaces[i])) == 0)
            return name + strlen(spaces[i]);
    return NULL;
}

/* Gives one name one spelling: a surrogate pair that was typed as two becomes one code point. */
static struct oserr win_canonical(const char *locator, char *out, size_t cap)
{
    const struct oserr bad = {"OpenFileMappingW", SEG_E_NAME};
    const char *name = locator + PREFIX, *space = spaces[0];
    out[0] = '\0';
    if (strncmp(locator, WIN_PREFIX, PREFIX) != 0) {
        if (behind_space(locator) == NULL)
            return OSERR_NONE;
        name = locator;
    }
    const char *rest = behind_space(name);
    if (rest != NULL)
        space = name[0] == 'G' ? spaces[1] : spaces[0];
    else
        rest = name;
    size_t units = wide_from_utf8(rest, NULL, 0);
    if (units == 0 || units == SIZE_MAX || units + strlen(space) > WIN_NAME_UNITS ||
        strchr(rest, '\\') != NULL)
        return bad;
    wchar_t *wide = wide_copy(rest);
    if (wide == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    int n = snprintf(out, cap, "%s%s", WIN_PREFIX, space);
    size_t head = n < 0 ? 0 : (size_t)n;
    bool fits = head < cap && wide_to_utf8(wide, units, out + head, cap - head) < cap - head;
    free(wide);
    return fits ? OSERR_NONE : bad;
}

/* Windows reports ERROR_INVALID_HANDLE when the name is that of an event or a mutex. */
static struct oserr other_object(struct oserr e)
{
    if (oserr_is(e) && e.code == NOT_A_SECTION)
        e.code = SEG_E_NOT_SEGMENT;
    return e;
}

static struct oserr identify(struct seg *s)
{
    char *full;
    struct oserr e = sys_object_name(s->be, (void *)s->handle, SYS_KEY_NONE, &full);
    if (!oserr_is(e))
        win_identify(full, &s->last);
    free(full);
    return e;
}

static uint32_t rights(enum seg_access access)
{
    /* alone, the right to query is taken for FILE_MAP_COPY and becomes that to read */
    return SYS_SECTION_QUERY | SYS_SECTION_READ | (access == SEG_WRITE ? SYS_SECTION_WRITE : 0U);
}

/* Where everything is committed, whatever can be read is data; about reserved pages the system is
 * asked (wine lets them be read). */
static struct oserr win_stat(struct seg *s, struct seg_stat *out)
{
    struct oserr e = section_stat(s, out);
    s->watch = !oserr_is(e) && (out->state & SEG_ST_RESERVED) == 0 ? 0 : -1;
    return e;
}

/* A section made PAGE_READONLY opens for writing, and refuses to be mapped so. */
static struct oserr check_writable(struct backend *be, void *handle)
{
    void *at;
    struct oserr e = sys_map_view(be, handle, true, 0, 1, SYS_KEY_NONE, &at);
    if (oserr_is(e) && e.code == BAD_PARAMETER)
        e.code = SEG_E_READ_ONLY;
    if (!oserr_is(e))
        sys_unmap_view(be, at, SYS_KEY_NONE);
    return e;
}

static struct oserr win_open(struct seg *s, enum seg_access access)
{
    void *h;
    struct oserr e = section_open(s->be, win_name(s->locator), access, SYS_KEY_NONE, &h);
    if (access == SEG_STAT && oserr_kind(e) == OSERR_K_DENIED) /* its rights, at least */
        e = sys_open_section(s->be, win_name(s->locator), SEG_RIGHT_CONTROL, SYS_KEY_NONE, &h);
    if (oserr_is(e))
        return other_object(e);
    s->handle = (intptr_t)h;
    e = access == SEG_WRITE ? check_writable(s->be, h) : OSERR_NONE;
    return oserr_is(e) ? e : identify(s);
}

/* In Global\ only who has the right may create. */
static struct oserr without_right(struct seg *s, struct oserr e)
{
    bool has = true;
    void *h;
    if (oserr_kind(e) != OSERR_K_DENIED || strncmp(win_name(s->locator), spaces[1], 7) != 0)
        return e;
    struct oserr opened = section_open(s->be, win_name(s->locator), SEG_STAT, SYS_KEY_NONE, &h);
    if (!oserr_is(opened))
        sys_close_handle(s->be, h, SYS_KEY_NONE);
    if (oserr_kind(opened) != OSERR_K_MISSING) /* there is one, which does not let us */
        return e;
    struct oserr asked = sys_may_create_global(s->be, &has);
    if (!oserr_is(asked) && !has)
        e.code = SEG_E_PRIVILEGE;
    return e;
}

static struct oserr win_create(struct seg *s, uint64_t size, uint32_t mode)
{
    void *h;
    (void)mode; /* there is no SEG_CAP_CHMOD: the caller knows */
    struct oserr e = sys_create_section(s->be, win_name(s->locator), size, &h);
    if (oserr_is(e))
        return without_right(s, other_object(e));
    s->handle = (intptr_t)h;
    e = identify(s);
    return oserr_is(e) ? e : win_stat(s, &s->last);
}

static struct oserr win_reopen(struct seg *s, enum seg_access access)
{
    void *h;
    struct oserr e =
        sys_duplicate(s->be, NULL, (uint64_t)s->handle, rights(access), SYS_KEY_NONE, &h);
    if (oserr_kind(e) == OSERR_K_DENIED)
        e = sys_duplicate(s->be, NULL, (uint64_t)s->handle,
                          rights(access) & ~(uint32_t)SYS_SECTION_QUERY, SYS_KEY_NONE, &h);
    if (oserr_is(e))
        return e;
    e = access == SEG_WRITE ? check_writable(s->be, h) : OSERR_NONE;
    if (oserr_is(e)) {
        sys_close_handle(s->be, h, SYS_KEY_NONE);
        return e;
    }
    section_unmap(s, &s->read_map);
    s->unmappable = false;
    s->map_refused_size = 0;
    sys_close_handle(s->be, (void *)s->handle, SYS_KEY_NONE);
    s->handle = (intptr_t)h;
    return OSERR_NONE;
}

static void win_close(struct seg *s)
{
    if (s->handle != -1)
        sys_close_handle(s->be, (void *)s->handle, SYS_KEY_NONE);
    s->handle = s->watch = -1;
}

/* ---- the list ---- */

/* Looks at one segment, as far as possible; one that we may not open is listed all the same. */
static void look_at(struct backend *be, const char *name, const char *folder, struct seg_stat *st)
{
    void *h;
    bool guessed;
    uint32_t handles;
    size_t n = strlen(folder) + strlen(name) + 1;
    char *full = malloc(n);
    if (full != NULL) {
        snprintf(full, n, "%s%s", folder, behind_space(name));
        win_identify(full, st);
        st->known |= SEG_HAS_ID;
        free(full);
    }
    struct oserr e = section_open(be, name, SEG_STAT, SYS_KEY_OPEN, &h);
    st->denied = oserr_kind(e) == OSERR_K_DENIED;
    if (oserr_is(e))
        return;
    if (!oserr_is(section_measure(be, h, SYS_KEY_ASK, &st->size, &st->section, &guessed))) {
        bool reserved = (st->section & 0x4000000) != 0;
        st->known |= SEG_HAS_SIZE | (guessed ? 0U : SEG_HAS_SECTION);
        st->known |= reserved ? 0U : SEG_HAS_RESIDENT;
        st->resident = st->size;
        st->state |= reserved ? SEG_ST_RESERVED : 0U;
    }
    if (!oserr_is(sys_handle_count(be, h, SYS_KEY_ASK, &handles))) {
        st->known |= SEG_HAS_ATTACHED;
        st->attached = handles > 0 ? handles - 1 : 0;
    }
    sys_close_handle(be, h, SYS_KEY_CLOSE);
}

static struct oserr add_name(struct backend *be, const char *space, const char *folder,
                             const char *name, struct listing *l)
{
    struct seg_stat st = {0};
    size_t n = PREFIX + strlen(space) + strlen(name) + 1;
    void *mem;
    struct oserr e = sys_alloc(be, n, &mem);
    if (oserr_is(e))
        return e;
    char *locator = mem;
    snprintf(locator, n, "%s%s%s", WIN_PREFIX, space, name);
    look_at(be, win_name(locator), folder, &st);
    e = listing_add(be, l, SEG_WIN, locator, win_name(locator), &st);
    free(locator);
    return e;
}

/* Lists one directory of names. */
static struct oserr list_space(struct backend *be, const char *space, const char *folder,
                               struct listing *l)
{
    struct sys_names *names;
    const char *name;
    bool section;
    char path[80];
    size_t n = strlen(folder);
    snprintf(path, sizeof path, "%.*s", (int)(n - 1), folder); /* without the last backslash */
    struct oserr e = sys_open_names(be, path, &names);
    if (oserr_is(e))
        return oserr_kind(e) == OSERR_K_MISSING ? OSERR_NONE : e;
    do {
        e = sys_next_name(be, names, &name, &section);
        if (!oserr_is(e) && name != NULL && section)
            e = add_name(be, space, folder, name, l);
    } while (!oserr_is(e) && name != NULL);
    sys_close_names(be, names);
    return e;
}

static struct oserr win_list(struct backend *be, unsigned kinds, struct listing *l)
{
    char folder[80];
    uint32_t session = sys_session();
    if ((kinds & (1U << SEG_WIN)) == 0)
        return OSERR_NONE;
    snprintf(folder, sizeof folder, "\\Sessions\\%u\\BaseNamedObjects\\", (unsigned)session);
    struct oserr e = OSERR_NONE;
    if (session != 0) /* in session 0 the global names are its own */
        e = list_space(be, spaces[0], folder, l);
    if (!oserr_is(e))
        e = list_space(be, spaces[session == 0 ? 0 : 1], "\\BaseNamedObjects\\", l);
    return e;
}

/* ---- removal ---- */

/* Drops the rows of this process; returns how many there were. */
static uint32_t drop_own(struct seg_who *who)
{
    uint32_t me = os_pid(), own = 0;
    size_t kept = 0;
    for (size_t i = 0; i < who->holders_count; i++)
        if (who->holders[i].pid == me)
            own++;
        else
            who->holders[kept++] = who->holders[i];
    who->holders_count = kept;
    return own;
}

/* A name that others hold cannot be removed; one that only we hold vanishes when we close it. */
static struct oserr win_remove(struct backend *be, const struct seg_removal *what,
                               struct seg_who *who)
{
    struct seg *s; /* `seen` does not matter: while the object is in use it keeps the name */
    struct oserr e = seg_open(be, what->locator, SEG_STAT, &s);
    if (oserr_is(e))
        return e;
    uint64_t handles = s->last.attached + 1;
    e = seg_who(s, what->pace, who);
    if (!oserr_is(e)) {
        uint32_t own = drop_own(who);
        if (who->holders_count > 0 || handles > (own > 0 ? own : 1))
            e = (struct oserr){"CloseHandle", SEG_E_IN_USE};
        else
            who->proof = SEG_PROOF_COUNT;
    }
    seg_close(s);
    return e;
}

const struct provider win_section_provider = {
    .kind = SEG_WIN,
    .listed_kinds = 1U << SEG_WIN,
    .words = {.help = "  Local\\NAME  Global\\NAME  win:NAME    a named file mapping (section)\n",
              .form = "Local\\NAME, Global\\NAME, win:NAME",
              .name = "not a name for a section: 1 to 32766 UTF-16 units with Local\\ or "
                      "Global\\, no other backslash",
              .absent =
                  "no such segment; those of other sessions and of AppContainers are not seen",
              .other = "not a segment: an event, a mutex, a semaphore or the like has this name",
              .read_only = "read-only: the program that made it wants nobody to write it "
                           "(PAGE_READONLY)",
              .unsupported = "a section of Windows keeps its size",
              .irremovable =
                  "on Windows a name disappears with its last handle and cannot be removed"},
    .caps = SEG_CAP_CREATE | SEG_CAP_WRITE | SEG_CAP_EXTENTS | SEG_CAP_FLEETING,
    .canonical = win_canonical,
    .list = win_list,
    .open = win_open,
    .create = win_create,
    .reopen = win_reopen,
    .close = win_close,
    .stat = win_stat,
    .rights = section_rights,
    .set_rights = section_set_rights,
    .map = section_map,
    .unmap = section_unmap,
    .copy_out = section_copy_out,
    .next_data = section_next_data,
    .extent = section_extent,
    .remove = win_remove,
};
