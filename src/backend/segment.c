/* Opening, describing and closing a segment, whatever its kind. */
#include "backend/segment.h"

#include <stdlib.h>
#include <string.h>

#include "backend/provider.h"

enum { LOCATOR_CAP = 4128 }; /* a path and a prefix */

static struct oserr refuse(const char *call, enum seg_refusal why)
{
    return (struct oserr){call, (uint32_t)why};
}

/* ---- kinds ---- */

static const struct kind_row {
    const char *name, *tag;
    bool lasts;
} kind_rows[SEG_KINDS] = {
#define KIND_ROW(kind, name, tag, lasts) [kind] = {name, tag, lasts},
    SEG_KIND_TABLE(KIND_ROW)
#undef KIND_ROW
};

const char *seg_kind_name(enum seg_kind k)
{
    return k < SEG_KINDS ? kind_rows[k].name : "?";
}

const char *seg_kind_tag(enum seg_kind k)
{
    return k < SEG_KINDS ? kind_rows[k].tag : "";
}

bool seg_kind_lasts(enum seg_kind k)
{
    return k < SEG_KINDS && kind_rows[k].lasts;
}

unsigned seg_kinds(void)
{
    unsigned kinds = 0;
    for (size_t i = 0; providers[i] != NULL; i++)
        kinds |= providers[i]->listed_kinds;
    return kinds;
}

unsigned seg_named_kinds(void)
{
    unsigned kinds = 0;
    for (size_t i = 0; providers[i] != NULL; i++)
        kinds |= providers[i]->list != NULL ? providers[i]->listed_kinds : 0;
    return kinds;
}

/* The provider that claims a locator, and the canonical form, or why that is invalid. *p is
 * unchanged when no kind claims it. */
static struct oserr find_kind(const char *locator, char *out, size_t cap, const struct provider **p)
{
    if (cap == 0)
        return refuse("seg_open", SEG_E_NAME);
    for (size_t i = 0; providers[i] != NULL; i++) {
        struct oserr e = providers[i]->canonical(locator, out, cap);
        if (oserr_is(e) || out[0] != '\0') {
            *p = providers[i];
            return e;
        }
    }
    return refuse("seg_open", SEG_E_LOCATOR);
}

const struct seg_words *seg_words(const char *locator)
{
    static const struct provider none = {
        .words = {.name = "not a name for a segment", .absent = "no such segment"}};
    char canonical[LOCATOR_CAP];
    const struct provider *p = &none;
    struct oserr invalid = find_kind(locator, canonical, sizeof canonical, &p);
    (void)invalid; /* its words apply all the same */
    return &p->words;
}

const struct seg_words *seg_words_at(size_t i)
{
    return providers[i] == NULL ? NULL : &providers[i]->words;
}

/* ---- opening ---- */

struct oserr seg_canonical(const char *locator, char *out, size_t cap)
{
    const struct provider *p;
    return find_kind(locator, out, cap, &p);
}

/* Allocates a seg for a locator; does not open it. */
static struct oserr make(struct backend *be, const char *locator, struct seg **out)
{
    char canonical[LOCATOR_CAP];
    const struct provider *p;
    void *mem;
    *out = NULL;
    struct oserr e = find_kind(locator, canonical, sizeof canonical, &p);
    if (oserr_is(e))
        return e;
    e = sys_alloc(be, sizeof **out, &mem);
    if (oserr_is(e))
        return e;
    struct seg *s = mem;
    *s = (struct seg){.be = be, .kind = p, .handle = -1, .watch = -1};
    s->listed_kind = p->kind_of == NULL ? p->kind : p->kind_of(canonical);
    e = sys_copy(be, canonical, &s->locator);
    if (oserr_is(e)) {
        free(s);
        return e;
    }
    *out = s;
    return OSERR_NONE;
}

struct oserr seg_open(struct backend *be, const char *locator, enum seg_access access,
                      struct seg **out)
{
    return seg_open_with_progress(be, locator, access, NULL, out);
}

struct oserr seg_open_with_progress(struct backend *be, const char *locator, enum seg_access access,
                                    const struct seg_progress *progress, struct seg **out)
{
    struct seg *s;
    *out = NULL;
    struct oserr e = make(be, locator, &s);
    if (oserr_is(e))
        return e;
    s->access = access;
    s->progress = progress;
    e = s->kind->open(s, access);
    s->progress = NULL;
    if (!oserr_is(e))
        e = segment_stat(s);
    if (oserr_is(e)) {
        seg_close(s);
        return e;
    }
    s->last.denied = false; /* we just opened it */
    segment_remap(s);
    *out = s;
    return OSERR_NONE;
}

struct oserr seg_create(struct backend *be, const char *locator, uint64_t size, uint32_t mode,
                        struct seg **out)
{
    struct seg *s;
    *out = NULL;
    if (size == 0 || size > INT64_MAX)
        return refuse("ftruncate", SEG_E_SIZE);
    struct oserr e = make(be, locator, &s);
    if (oserr_is(e))
        return e;
    s->access = SEG_WRITE;
    if (s->kind->create == NULL)
        e = refuse("seg_create", SEG_E_UNSUPPORTED);
    else
        e = s->kind->create(s, size, mode & 07777);
    if (oserr_is(e)) {
        seg_close(s);
        return e;
    }
    s->last.denied = false;
    segment_remap(s);
    *out = s;
    return OSERR_NONE;
}

void seg_close(struct seg *s)
{
    if (s == NULL)
        return;
    s->kind->unmap(s, &s->read_map);
    s->kind->unmap(s, &s->write_map);
    s->kind->close(s);
    free(s->bounce_memory);
    free(s->locator);
    free(s->display_name);
    free(s);
}

struct oserr seg_set_access(struct seg *s, enum seg_access access)
{
    if (access == s->access)
        return OSERR_NONE;
    if (access == SEG_STAT ||
        s->access == SEG_WRITE) { /* lowering: the handle stays, with less use */
        s->kind->unmap(s, &s->write_map);
        s->access = access == SEG_STAT ? SEG_READ : access;
        return OSERR_NONE;
    }
    struct oserr e = s->kind->reopen(s, access);
    if (oserr_is(e))
        return e;
    s->access = access;
    segment_remap(s);
    return OSERR_NONE;
}

enum seg_access seg_get_access(const struct seg *s)
{
    return s->access;
}

const char *seg_locator(const struct seg *s)
{
    return s->locator;
}

const char *seg_name(const struct seg *s)
{
    if (s->display_name != NULL)
        return s->display_name;
    const char *colon = strchr(s->locator, ':'), *name = colon == NULL ? s->locator : colon + 1;
    return s->kind->kind == SEG_POSIX && name[0] == '/' ? name + 1 : name;
}

enum seg_kind seg_kind(const struct seg *s)
{
    return s->listed_kind;
}

unsigned seg_caps(const struct seg *s)
{
    return s->kind->caps;
}

unsigned seg_locator_caps(const char *locator)
{
    char canonical[LOCATOR_CAP];
    const struct provider *p;
    return oserr_is(find_kind(locator, canonical, sizeof canonical, &p)) ? 0 : p->caps;
}

const struct seg_stat *seg_last(const struct seg *s)
{
    return &s->last;
}

struct oserr segment_stat(struct seg *s)
{
    struct seg_stat now = s->last;
    struct oserr e = s->kind->stat(s, &now);
    if (oserr_is(e))
        return e;
    now.state |= s->sticky_state;
    now.name_gone = s->last.name_gone;
    now.replaced = s->last.replaced;
    s->last = now;
    return OSERR_NONE;
}

struct oserr seg_refresh(struct seg *s, struct seg_stat *out)
{
    struct oserr e = segment_stat(s);
    if (!oserr_is(e) && s->kind->name != NULL)
        e = s->kind->name(s, &s->last);
    if (!oserr_is(e))
        segment_remap(s);
    *out = s->last;
    return e;
}

void segment_remap(struct seg *s)
{
    uint64_t at = 0, end = s->last.size;
    if (s->unmappable || s->access == SEG_STAT)
        return;
    if (s->limit_n > 0) {
        at = s->limit_at;
        end = end < at + s->limit_n ? end : at + s->limit_n;
    }
    uint64_t n = end <= at ? 0 : (end - at + SEG_PAGE - 1) / SEG_PAGE * SEG_PAGE;
    if (s->read_map.n == n && (n == 0 || s->read_map.at == at))
        return;
    s->kind->unmap(s, &s->read_map);
    if (n == 0 || (s->map_refused_size != 0 && n >= s->map_refused_size))
        return;
    bool had = n <= SIZE_MAX / 2 && !oserr_is(s->kind->map(s, at, (size_t)n, false, &s->read_map));
    s->map_refused_size = had ? 0 : n;
}

struct oserr seg_limit(struct seg *s, uint64_t offset, uint64_t length)
{
    if (length > 0 && offset >= INT64_MAX)
        return refuse("seg_limit", SEG_E_BEYOND);
    uint64_t at = offset / SEG_PAGE * SEG_PAGE;
    uint64_t room = (uint64_t)INT64_MAX + 1 - at;
    uint64_t n = length > room ? room : length + (offset - at);
    n = n > room ? room : (n + SEG_PAGE - 1) / SEG_PAGE * SEG_PAGE;
    s->limit_at = length == 0 ? 0 : at;
    s->limit_n = length == 0 ? 0 : n;
    s->kind->unmap(s, &s->write_map);
    segment_remap(s);
    return OSERR_NONE;
}

void seg_part(const struct seg *s, uint64_t *start, uint64_t *end)
{
    uint64_t size = s->last.size, limit = s->limit_at + s->limit_n;
    *end = s->limit_n == 0 || size < limit ? size : limit;
    *start = s->limit_at < *end ? s->limit_at : *end;
}

struct oserr segment_inside(struct seg *s, const char *call, uint64_t off, uint64_t n)
{
    struct oserr e = segment_stat(s);
    if (oserr_is(e))
        return e;
    if (off > s->last.size || n > s->last.size - off)
        return refuse(call, SEG_E_BEYOND);
    if (s->limit_n > 0 && (off < s->limit_at || off + n > s->limit_at + s->limit_n))
        return refuse(call, SEG_E_BEYOND);
    return OSERR_NONE;
}

/* Asks the kind, and caches a slow answer for a hundred times its cost: measuring a gibibyte of
 * data for each frame would be a load of its own. Only data is cached, and only while `resident`
 * has not dropped; at worst a new hole is read as the zeros it is. */
struct oserr segment_run(struct seg *s, uint64_t off, uint64_t *end, enum seg_extent_kind *kind)
{
    enum { CHEAP_NS = 50000, TIMES = 100 };
    int64_t t0 = os_now();
    bool punched = s->last.resident < s->run_resident;
    if (!punched)
        s->run_resident = s->last.resident;
    if (t0 < s->run_until && !punched && off >= s->run_at && off < s->run_end) {
        *kind = SEG_EXT_DATA;
        *end = s->run_end < s->last.size ? s->run_end : s->last.size;
        return OSERR_NONE;
    }
    struct oserr e = s->kind->extent(s, off, s->last.size, end, kind);
    int64_t took = os_now() - t0;
    if (!oserr_is(e) && *kind == SEG_EXT_DATA && took > CHEAP_NS) {
        s->run_at = off;
        s->run_end = *end;
        s->run_resident = s->last.resident;
        s->run_until = t0 + took * TIMES;
    }
    return e;
}

struct oserr seg_extent(struct seg *s, uint64_t off, uint64_t *start, uint64_t *end,
                        enum seg_extent_kind *kind)
{
    *start = *end = off;
    *kind = SEG_EXT_HOLE;
    if (s->access == SEG_STAT)
        return refuse("seg_extent", SEG_E_UNSUPPORTED);
    struct oserr e = segment_stat(s);
    if (oserr_is(e))
        return e;
    if (off >= s->last.size) {
        *start = *end = s->last.size;
        return OSERR_NONE;
    }
    return segment_run(s, off, end, kind);
}

struct oserr seg_resize(struct seg *s, uint64_t size)
{
    if (s->kind->resize == NULL)
        return refuse("seg_resize", SEG_E_UNSUPPORTED);
    if (s->access < SEG_WRITE)
        return refuse("ftruncate", SEG_E_READ_ONLY);
    if (size > INT64_MAX)
        return refuse("ftruncate", SEG_E_SIZE);
    struct oserr e = s->kind->resize(s, size);
    if (!oserr_is(e))
        e = segment_stat(s);
    if (!oserr_is(e))
        segment_remap(s);
    return e;
}

struct oserr seg_chmod(struct seg *s, uint32_t mode)
{
    if (s->kind->chmod == NULL)
        return refuse("seg_chmod", SEG_E_UNSUPPORTED);
    struct oserr e = s->kind->chmod(s, mode & 07777);
    return oserr_is(e) ? e : segment_stat(s);
}

struct oserr seg_remove(struct backend *be, const struct seg_removal *what, struct seg_who *who)
{
    char canonical[LOCATOR_CAP];
    const struct provider *p;
    struct seg_who unwanted;
    struct seg_removal removal = *what;
    if (who == NULL)
        who = &unwanted;
    *who = (struct seg_who){0};
    struct oserr e = find_kind(what->locator, canonical, sizeof canonical, &p);
    if (!oserr_is(e) && p->remove == NULL)
        e = refuse("seg_remove", SEG_E_UNSUPPORTED);
    removal.locator = canonical;
    if (!oserr_is(e))
        e = p->remove(be, &removal, who);
    if (who == &unwanted)
        seg_who_free(who);
    return e;
}

struct oserr seg_put_back(struct backend *be, const char *locator)
{
    char canonical[LOCATOR_CAP];
    const struct provider *p;
    struct oserr e = find_kind(locator, canonical, sizeof canonical, &p);
    if (!oserr_is(e) && p->put_back == NULL)
        e = refuse("seg_put_back", SEG_E_NAME);
    return oserr_is(e) ? e : p->put_back(be, canonical);
}

struct oserr seg_release(struct seg *s)
{
    if (s->access == SEG_STAT || s->kind->reopen == NULL)
        return OSERR_NONE;
    s->kind->unmap(s, &s->read_map);
    s->kind->unmap(s, &s->write_map);
    struct oserr e = s->kind->reopen(s, SEG_STAT);
    if (oserr_is(e))
        segment_remap(s);
    else
        s->access = SEG_STAT;
    return e;
}
