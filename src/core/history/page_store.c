#include "core/history/page_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    BITS = 9, /* a node has 1 << BITS slots */
    FANOUT = 1 << BITS,
    ROOT_SHIFT = 6 * BITS,   /* the root stands for 1 << ROOT_SHIFT pages: all there can be */
    SLAB_FIRST = 64,         /* pages in the first slab, */
    SLAB_LARGEST = 16 * 1024 /* each later one is twice as large, up to this */
};

/* A slot stands for 1 << shift pages. HOLE is a hole; an odd value means that all
 * bytes are value / 2. Others are the address of a node, or (shift 0) of a page. */
typedef uintptr_t slot;

#define HOLE         ((slot)0)
#define FILLED(byte) ((slot)(byte)*2 + 1)

#define PAGES_END (UINT64_C(1) << 51) /* after all pages; its offset still fits 64 bits */

struct store_node {
    slot child[FANOUT];
};

struct store_slab {
    struct store_slab *next;
    size_t pages, used;
    uint8_t bytes[];
};

/* The link at the start of a freed page. */
struct unused_page {
    struct unused_page *next;
};

struct page_store {
    uint64_t size, resident; /* bytes; pages */
    uint64_t limit, memory;  /* bytes */
    slot root;
    struct store_slab *slabs, *now; /* all, and the one that pages come from; NULL: none */
    struct unused_page *unused;     /* freed pages; NULL: none */
};

static bool has_memory(slot v)
{
    return v != HOLE && v % 2 == 0;
}

static uint64_t pages_of(uint64_t bytes)
{
    return bytes / STORE_PAGE + (bytes % STORE_PAGE != 0);
}

struct page_store *page_store_new(void)
{
    struct page_store *s = calloc(1, sizeof *s);
    if (s != NULL)
        s->limit = UINT64_MAX;
    return s;
}

/* ---- memory ---- */

/* The next slab: pages come from it from now on. */
static bool next_slab(struct page_store *s)
{
    struct store_slab **next = s->now == NULL ? &s->slabs : &s->now->next;
    if (*next == NULL) {
        size_t pages = s->now == NULL ? SLAB_FIRST : s->now->pages * 2;
        pages = pages < SLAB_LARGEST ? pages : SLAB_LARGEST;
        *next = malloc(sizeof **next + pages * STORE_PAGE);
        if (*next == NULL)
            return false;
        **next = (struct store_slab){.pages = pages};
    }
    s->now = *next;
    s->now->used = 0;
    return true;
}

/* A page that holds `byte` throughout; 0: no memory. */
static slot take_page(struct page_store *s, int byte)
{
    uint8_t *page = (uint8_t *)s->unused;
    if (s->memory > s->limit || STORE_PAGE > s->limit - s->memory)
        return 0;
    if (page != NULL)
        s->unused = s->unused->next;
    else if ((s->now != NULL && s->now->used < s->now->pages) || next_slab(s))
        page = s->now->bytes + s->now->used++ * STORE_PAGE;
    else
        return 0;
    s->memory += STORE_PAGE;
    return (slot)memset(page, byte, STORE_PAGE);
}

/* A node all of whose slots are `v`; 0: no memory. */
static slot take_node(struct page_store *s, slot v)
{
    bool allowed = s->memory <= s->limit && sizeof(struct store_node) <= s->limit - s->memory;
    struct store_node *n = allowed ? malloc(sizeof *n) : NULL;
    for (size_t i = 0; n != NULL && i < FANOUT; i++)
        n->child[i] = v;
    s->memory += n != NULL ? sizeof *n : 0;
    return (slot)n;
}

/* Frees all that is below the slot. */
static void release(struct page_store *s, slot v, unsigned shift)
{
    if (!has_memory(v)) {
        s->resident -= v == HOLE ? 0 : UINT64_C(1) << shift;
    } else if (shift == 0) {
        struct unused_page *page = (struct unused_page *)v;
        page->next = s->unused;
        s->unused = page;
        s->memory -= STORE_PAGE;
        s->resident--;
    } else {
        struct store_node *n = (struct store_node *)v;
        for (size_t i = 0; i < FANOUT; i++)
            release(s, n->child[i], shift - BITS);
        free(n);
        s->memory -= sizeof *n;
    }
}

void page_store_free(struct page_store *s)
{
    if (s == NULL)
        return;
    release(s, s->root, ROOT_SHIFT);
    for (struct store_slab *b = s->slabs, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    free(s);
}

/* ---- slots ---- */

/* The slot of a page, or a uniform one above it; *next: the first page after its range. */
static slot find(const struct page_store *s, uint64_t page, uint64_t *next)
{
    slot v = s->root;
    unsigned shift = ROOT_SHIFT;
    while (shift > 0 && has_memory(v)) {
        shift -= BITS;
        v = ((const struct store_node *)v)->child[page >> shift & (FANOUT - 1)];
    }
    uint64_t end = ((page >> shift) + 1) << shift;
    *next = end < PAGES_END ? end : PAGES_END;
    return v;
}

/* Returns what is below a slot, a node or (shift 0) the page; makes it if there is none. NULL: no
 * memory. */
static void *below(struct page_store *s, slot *v, unsigned shift)
{
    if (has_memory(*v))
        return (void *)*v;
    slot made = shift > 0 ? take_node(s, *v) : take_page(s, (int)(*v / 2));
    if (made == 0)
        return NULL;
    s->resident += shift == 0 && *v == HOLE;
    *v = made;
    return (void *)made;
}

/* The bytes of a page, which is allocated if it has none; NULL: no memory. */
static uint8_t *page_of(struct page_store *s, uint64_t page)
{
    slot *v = &s->root;
    for (unsigned shift = ROOT_SHIFT; shift > 0;) {
        struct store_node *n = below(s, v, shift);
        if (n == NULL)
            return NULL;
        shift -= BITS;
        v = &n->child[page >> shift & (FANOUT - 1)];
    }
    return below(s, v, 0);
}

/* Sets pages [from, to) of the slot's range to `value`. */
static bool assign(struct page_store *s, slot *v, unsigned shift, uint64_t from, uint64_t to,
                   slot value)
{
    if (*v == value || from >= to)
        return true;
    if (from == 0 && to == UINT64_C(1) << shift) {
        release(s, *v, shift);
        *v = value;
        s->resident += value == HOLE ? 0 : to;
        return true;
    }
    struct store_node *n = below(s, v, shift);
    shift -= BITS;
    for (uint64_t i = from >> shift; n != NULL && i << shift < to; i++) {
        uint64_t start = i << shift, span = UINT64_C(1) << shift;
        if (!assign(s, &n->child[i], shift, from > start ? from - start : 0,
                    to - start < span ? to - start : span, value))
            return false;
    }
    return n != NULL;
}

/* ---- changing ---- */

/* Zeroes a part of one page. A hole stays one, or becomes data if `data` is set. */
static bool clear_part(struct page_store *s, uint64_t offset, uint64_t n, bool data)
{
    uint64_t page = offset / STORE_PAGE, next = 0;
    slot v = n == 0 ? FILLED(0) : find(s, page, &next);
    if (v == FILLED(0) || (v == HOLE && !data))
        return true;
    if (v == HOLE)
        return assign(s, &s->root, ROOT_SHIFT, page, page + 1, FILLED(0));
    uint8_t *bytes = page_of(s, page);
    if (bytes != NULL)
        memset(bytes + offset % STORE_PAGE, 0, (size_t)n);
    return bytes != NULL;
}

bool page_store_clear(struct page_store *s, uint64_t offset, uint64_t n, bool data)
{
    uint64_t end = offset + n, first = pages_of(offset);
    uint64_t last = end == s->size ? pages_of(end) : end / STORE_PAGE;
    if (first > last) /* inside one page */
        return clear_part(s, offset, n, data);
    uint64_t tail = end > last * STORE_PAGE ? end - last * STORE_PAGE : 0;
    return clear_part(s, offset, first * STORE_PAGE - offset, data) &&
           assign(s, &s->root, ROOT_SHIFT, first, last, data ? FILLED(0) : HOLE) &&
           clear_part(s, last * STORE_PAGE, tail, data);
}

bool page_store_resize(struct page_store *s, uint64_t size)
{
    uint64_t tail = size % STORE_PAGE == 0 ? 0 : STORE_PAGE - size % STORE_PAGE;
    if (size == 0) {
        release(s, s->root, ROOT_SHIFT);
        s->root = HOLE;
        s->now = NULL; /* start from the first slab again */
        s->unused = NULL;
    } else if (size < s->size &&
               (!assign(s, &s->root, ROOT_SHIFT, pages_of(size), pages_of(s->size), HOLE) ||
                !clear_part(s, size, tail, false))) {
        return false;
    }
    s->size = size;
    return true;
}

bool page_store_put(struct page_store *s, uint64_t offset, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        uint64_t page = offset / STORE_PAGE;
        size_t in = (size_t)(offset % STORE_PAGE);
        size_t take = STORE_PAGE - in < n ? STORE_PAGE - in : n;
        if (take == STORE_PAGE && memcmp(bytes, bytes + 1, STORE_PAGE - 1) == 0) {
            if (!assign(s, &s->root, ROOT_SHIFT, page, page + 1, FILLED(bytes[0])))
                return false;
        } else {
            uint8_t *to = page_of(s, page);
            if (to == NULL)
                return false;
            memcpy(to + in, bytes, take);
        }
        offset += take;
        bytes += take;
        n -= take;
    }
    return true;
}

void page_store_limit(struct page_store *s, uint64_t bytes)
{
    s->limit = bytes;
}

/* ---- reading ---- */

void page_store_get(const struct page_store *s, uint64_t offset, uint8_t *bytes, size_t n)
{
    while (n > 0) {
        uint64_t next = 0;
        slot v = find(s, offset / STORE_PAGE, &next);
        uint64_t span = next * STORE_PAGE - offset;
        size_t take = span < n ? (size_t)span : n;
        if (has_memory(v))
            memcpy(bytes, (const uint8_t *)v + offset % STORE_PAGE, take);
        else
            memset(bytes, (int)(v / 2), take);
        offset += take;
        bytes += take;
        n -= take;
    }
}

bool page_store_run(const struct page_store *s, uint64_t offset, uint64_t until, uint64_t *end)
{
    uint64_t page = offset / STORE_PAGE, pages = pages_of(until), next = 0;
    bool data = find(s, page, &next) != HOLE;
    while (next < pages && (find(s, next, &page) != HOLE) == data)
        next = page;
    *end = next < pages ? next * STORE_PAGE : until;
    return data;
}

const uint8_t *page_store_direct(const struct page_store *s, uint64_t offset, size_t most,
                                 size_t *n)
{
    uint64_t page = offset / STORE_PAGE, next = 0;
    size_t in = (size_t)(offset % STORE_PAGE), have = STORE_PAGE;
    slot v = find(s, page, &next);
    *n = 0;
    if (offset >= s->size || !has_memory(v))
        return NULL;
    most = s->size - offset < most ? (size_t)(s->size - offset) : most;
    while (have - in < most && find(s, ++page, &next) == v + have)
        have += STORE_PAGE;
    *n = have - in < most ? have - in : most;
    return (const uint8_t *)v + in;
}

struct page_store_about page_store_about(const struct page_store *s)
{
    return (struct page_store_about){s->size, s->resident * STORE_PAGE, s->memory};
}
