#include "core/history/page_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    BITS = 6, /* a node has 1 << BITS slots */
    FANOUT = 1 << BITS,
    SLAB_FIRST = 64,         /* pages in the first slab, */
    SLAB_LARGEST = 16 * 1024 /* each later one is twice as large, up to this */
};

/* A slot stands for 1 << shift pages. HOLE and odd values stand for themselves: value / 2 is the
 * byte that all of it holds. Others are the address of a node, or of a page where shift is 0. */
typedef uintptr_t slot;

#define HOLE         ((slot)0)
#define FILLED(byte) ((slot)(byte)*2 + 1)

struct store_node {
    slot child[FANOUT];
};

struct store_slab {
    struct store_slab *next;
    size_t pages, used;
    uint8_t bytes[];
};

/* What lies at the start of a page that was given back. */
struct unused_page {
    struct unused_page *next;
};

struct page_store {
    uint64_t size, resident; /* bytes; pages */
    uint64_t limit, memory;  /* bytes */
    slot root;
    unsigned shift;                 /* of the root */
    struct store_slab *slabs, *now; /* all, and the one that pages come from; NULL: none */
    struct unused_page *unused;     /* pages that were given back; NULL: none */
};

struct page_store *page_store_new(void)
{
    struct page_store *s = calloc(1, sizeof *s);
    if (s != NULL)
        s->limit = UINT64_MAX;
    return s;
}

static bool has_memory(slot v)
{
    return v != HOLE && v % 2 == 0;
}

static uint64_t pages_of(uint64_t bytes)
{
    return bytes / STORE_PAGE + (bytes % STORE_PAGE != 0);
}

/* ---- memory ---- */

static bool may_take(struct page_store *s, size_t n)
{
    if (s->memory > s->limit || n > s->limit - s->memory)
        return false;
    s->memory += n;
    return true;
}

/* The slab after this one: pages are taken from it from now on. */
static bool next_slab(struct page_store *s)
{
    struct store_slab *next = s->now == NULL ? s->slabs : s->now->next;
    if (next == NULL) {
        size_t pages = s->now == NULL ? SLAB_FIRST : s->now->pages * 2;
        pages = pages < SLAB_LARGEST ? pages : SLAB_LARGEST;
        next = malloc(sizeof *next + pages * STORE_PAGE);
        if (next == NULL)
            return false;
        *next = (struct store_slab){.pages = pages};
        *(s->now == NULL ? &s->slabs : &s->now->next) = next;
    }
    next->used = 0;
    s->now = next;
    return true;
}

static uint8_t *take_page(struct page_store *s)
{
    struct unused_page *page = s->unused;
    if (!may_take(s, STORE_PAGE))
        return NULL;
    if (page != NULL) {
        s->unused = page->next;
        return (uint8_t *)page;
    }
    if ((s->now == NULL || s->now->used == s->now->pages) && !next_slab(s)) {
        s->memory -= STORE_PAGE;
        return NULL;
    }
    return s->now->bytes + s->now->used++ * STORE_PAGE;
}

/* What the slot stands for is no data any more. */
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
    release(s, s->root, s->shift);
    for (struct store_slab *b = s->slabs, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    free(s);
}

/* ---- slots ---- */

/* The slot of a page, or the one above it that is the same throughout; *next: the first page after
 * what it stands for. */
static slot find(const struct page_store *s, uint64_t page, uint64_t *next)
{
    slot v = s->root;
    unsigned shift = s->shift;
    while (shift > 0 && has_memory(v)) {
        shift -= BITS;
        v = ((const struct store_node *)v)->child[page >> shift & (FANOUT - 1)];
    }
    *next = ((page >> shift) + 1) << shift;
    return v;
}

/* The node of a slot, which is made where there is none; NULL: no memory. */
static struct store_node *node_of(struct page_store *s, slot *v)
{
    if (has_memory(*v))
        return (struct store_node *)*v;
    struct store_node *n = may_take(s, sizeof *n) ? malloc(sizeof *n) : NULL;
    if (n == NULL)
        return NULL;
    for (size_t i = 0; i < FANOUT; i++)
        n->child[i] = *v;
    *v = (slot)n;
    return n;
}

/* The bytes of a page, which gets memory where it has none; NULL: no memory. */
static uint8_t *page_of(struct page_store *s, uint64_t page)
{
    slot *v = &s->root;
    for (unsigned shift = s->shift; shift > 0;) {
        struct store_node *n = node_of(s, v);
        if (n == NULL)
            return NULL;
        shift -= BITS;
        v = &n->child[page >> shift & (FANOUT - 1)];
    }
    if (!has_memory(*v)) {
        uint8_t *bytes = take_page(s);
        if (bytes == NULL)
            return NULL;
        memset(bytes, (int)(*v / 2), STORE_PAGE);
        s->resident += *v == HOLE;
        *v = (slot)bytes;
    }
    return (uint8_t *)*v;
}

/* Pages [from, to) of those that the slot stands for become `value`. */
static bool assign(struct page_store *s, slot *v, unsigned shift, uint64_t from, uint64_t to,
                   slot value)
{
    if (from == 0 && to == UINT64_C(1) << shift) {
        release(s, *v, shift);
        *v = value;
        s->resident += value == HOLE ? 0 : to;
        return true;
    }
    struct store_node *n = *v != value && from < to ? node_of(s, v) : NULL;
    if (n == NULL)
        return *v == value || from >= to;
    shift -= BITS;
    for (uint64_t i = from >> shift; i << shift < to; i++) {
        uint64_t start = i << shift, span = UINT64_C(1) << shift;
        if (!assign(s, &n->child[i], shift, from > start ? from - start : 0,
                    to - start < span ? to - start : span, value))
            return false;
    }
    return true;
}

static bool assign_pages(struct page_store *s, uint64_t from, uint64_t to, slot value)
{
    return assign(s, &s->root, s->shift, from, to, value);
}

/* ---- changing ---- */

/* Zeros in a part of one page; it stays what it is. */
static bool zero_part(struct page_store *s, uint64_t offset, uint64_t n)
{
    uint64_t next = 0;
    slot v = n == 0 ? HOLE : find(s, offset / STORE_PAGE, &next);
    if (v == HOLE || v == FILLED(0))
        return true;
    uint8_t *page = page_of(s, offset / STORE_PAGE);
    if (page != NULL)
        memset(page + offset % STORE_PAGE, 0, (size_t)n);
    return page != NULL;
}

/* Makes room in the tree for so many pages. */
static bool deepen(struct page_store *s, uint64_t pages)
{
    while (pages > UINT64_C(1) << s->shift) {
        if (s->root != HOLE) {
            slot below = s->root;
            s->root = HOLE;
            struct store_node *n = node_of(s, &s->root);
            if (n == NULL) {
                s->root = below;
                return false;
            }
            n->child[0] = below;
        }
        s->shift += BITS;
    }
    return true;
}

bool page_store_resize(struct page_store *s, uint64_t size)
{
    uint64_t was = s->size, pages = pages_of(size);
    if (size == 0) {
        release(s, s->root, s->shift);
        s->root = HOLE;
        s->shift = 0;
        s->now = NULL; /* pages come in order again */
        s->unused = NULL;
    } else if (size < was) {
        uint64_t tail = size % STORE_PAGE == 0 ? 0 : STORE_PAGE - size % STORE_PAGE;
        if (!assign_pages(s, pages, pages_of(was), HOLE) || !zero_part(s, size, tail))
            return false;
    } else if (!deepen(s, pages)) {
        return false;
    }
    s->size = size;
    return true;
}

bool page_store_put(struct page_store *s, uint64_t offset, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        size_t in = (size_t)(offset % STORE_PAGE);
        size_t take = STORE_PAGE - in < n ? STORE_PAGE - in : n;
        uint64_t page = offset / STORE_PAGE;
        if (take == STORE_PAGE && memcmp(bytes, bytes + 1, STORE_PAGE - 1) == 0) {
            if (!assign_pages(s, page, page + 1, FILLED(bytes[0])))
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

/* One page of which only a part is meant: becomes data of zeros, if `data`. */
static bool clear_part(struct page_store *s, uint64_t offset, uint64_t n, bool data)
{
    uint64_t page = offset / STORE_PAGE, next = 0;
    if (data && n > 0 && find(s, page, &next) == HOLE)
        return assign_pages(s, page, page + 1, FILLED(0));
    return zero_part(s, offset, n);
}

static bool clear(struct page_store *s, uint64_t offset, uint64_t n, slot value)
{
    uint64_t end = offset + n, first = pages_of(offset);
    uint64_t last = end == s->size ? pages_of(end) : end / STORE_PAGE;
    if (first > last) /* inside one page */
        return clear_part(s, offset, n, value != HOLE);
    uint64_t head = first * STORE_PAGE - offset;
    uint64_t tail = end > last * STORE_PAGE ? end - last * STORE_PAGE : 0;
    return clear_part(s, offset, head, value != HOLE) && assign_pages(s, first, last, value) &&
           clear_part(s, last * STORE_PAGE, tail, value != HOLE);
}

bool page_store_zeros(struct page_store *s, uint64_t offset, uint64_t n)
{
    return clear(s, offset, n, FILLED(0));
}

bool page_store_punch(struct page_store *s, uint64_t offset, uint64_t n)
{
    return clear(s, offset, n, HOLE);
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
        size_t in = (size_t)(offset % STORE_PAGE);
        uint64_t span = (has_memory(v) ? offset / STORE_PAGE + 1 : next) * STORE_PAGE - offset;
        size_t take = span < n ? (size_t)span : n;
        if (has_memory(v))
            memcpy(bytes, (const uint8_t *)v + in, take);
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
    size_t in = (size_t)(offset % STORE_PAGE);
    slot v = find(s, page, &next);
    *n = 0;
    if (offset >= s->size || !has_memory(v))
        return NULL;
    most = s->size - offset < most ? (size_t)(s->size - offset) : most;
    size_t have = STORE_PAGE;
    while (have < most + in && find(s, ++page, &next) == v + have)
        have += STORE_PAGE;
    *n = have - in < most ? have - in : most;
    return (const uint8_t *)v + in;
}

uint64_t page_store_size(const struct page_store *s)
{
    return s->size;
}

uint64_t page_store_resident(const struct page_store *s)
{
    return s->resident * STORE_PAGE;
}

uint64_t page_store_memory(const struct page_store *s)
{
    return s->memory;
}
