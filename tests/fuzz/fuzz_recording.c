/* Any bytes as a recording: it opens or not, and what it reports lies inside its own size, in order
 * of time, however one moves in it; the image that it makes takes no more memory than it may.
 * Blocks whose checksums are wrong would stop the fuzzer at once,
 * so they are put right first. */
#include <xxhash.h>

#include "core/history/page_store.h"
#include "core/history/recording.h"
#include "fuzz.h"

struct input {
    uint8_t *p;
    size_t n;
};

static bool get(void *ctx, uint64_t at, void *buf, size_t n)
{
    const struct input *f = ctx;
    if (at > f->n || n > f->n - at)
        return false;
    memcpy(buf, f->p + at, n);
    return true;
}

static void store(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t load(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Where the input's first byte says so, checksums hold. */
static void put_right(struct input *f)
{
    size_t at = f->n >= 64 ? load(f->p + 12) : f->n;
    if (at < 64 || at > f->n)
        return;
    memset(f->p + 56, 0, 8);
    store(f->p + 56, XXH64(f->p, at, 0));
    while (f->n - at >= 48) {
        uint8_t *head = f->p + at;
        uint32_t packed = load(head + 8);
        if (memcmp(head, "SHMB", 4) != 0 || packed > f->n - at - 48)
            break;
        uint8_t *payload = head + 48;
        if (head[4] == 1 && packed >= 96) { /* deltas have a checksum of their own */
            store(payload + 88,
                  XXH3_64bits_withSeed(payload + 96, packed - 96, XXH3_64bits(payload, 88)));
        }
        store(head + 32, XXH64(payload, packed, 0));
        store(head + 40, XXH64(head, 40, 0));
        at += 48 + (size_t)packed;
    }
    if (f->n - at == 32)
        store(f->p + at + 24, XXH64(f->p + at, 24, 0));
}

enum { IMAGE_MAX = 1024 * 1024 };

/* The image of what was played; without memory it stays as it was. */
static void apply(struct page_store *image, const struct rec_event *ev)
{
    uint64_t end = 0;
    bool done = ev->kind == REC_CHANGE ? page_store_put(image, ev->offset, ev->bytes, (size_t)ev->n)
                : ev->kind == REC_HOLE || ev->kind == REC_DATA
                    ? page_store_clear(image, ev->offset, ev->n, ev->kind == REC_DATA)
                : ev->kind == REC_SIZE ? page_store_resize(image, ev->n)
                                       : true;
    HOLDS(page_store_about(image).memory <= IMAGE_MAX);
    if (done && ev->kind >= REC_CHANGE && ev->kind <= REC_DATA) {
        uint8_t byte = 0;
        HOLDS(page_store_run(image, ev->offset, ev->offset + ev->n, &end) || ev->kind == REC_HOLE);
        HOLDS(end > ev->offset && end <= ev->offset + ev->n);
        page_store_get(image, ev->offset + ev->n - 1, &byte, 1);
        HOLDS(byte == (ev->kind == REC_CHANGE ? ev->bytes[ev->n - 1] : 0));
    }
}

/* Plays up to t; false: no more. */
static bool play(struct rec_reader *r, int64_t t, uint64_t *size, int64_t *last)
{
    struct page_store *image = page_store_new();
    HOLDS(image != NULL);
    page_store_limit(image, IMAGE_MAX);
    bool whole = *size == 0 || page_store_resize(image, *size);
    struct rec_event ev;
    enum rec_status status = REC_OK;
    for (int i = 0; i < 20000 && (status = rec_next(r, t, &ev)) == REC_OK; i++) {
        HOLDS(ev.t >= *last && ev.t <= t);
        *last = ev.t;
        if (ev.kind == REC_SIZE) {
            *size = ev.n;
            HOLDS(ev.n <= REC_SIZE_MAX);
        } else if (ev.kind == REC_CHANGE || ev.kind == REC_HOLE || ev.kind == REC_DATA) {
            HOLDS(ev.n > 0 && ev.offset <= *size && ev.n <= *size - ev.offset);
        }
        if (whole) {
            apply(image, &ev);
            whole = page_store_about(image).size == *size;
        }
        if (ev.kind == REC_CHANGE) {
            volatile uint8_t sum = 0;
            for (uint64_t k = 0; k < ev.n; k++)
                sum = (uint8_t)(sum + ev.bytes[k] + (ev.old == NULL ? 0 : ev.old[k]));
        }
    }
    page_store_free(image);
    HOLDS(status != REC_NONE && status != REC_NEWER && status != REC_FULL);
    return status == REC_OK || status == REC_END;
}

/* The same file, come by and by: first so much of it. */
static void follow(struct input *f, size_t part)
{
    enum rec_status why = REC_OK;
    const struct rec_source source = {get, f, part};
    struct rec_reader *r = rec_open(&source, &why);
    uint64_t now = 0;
    int64_t last = 0;
    bool goes_on = r != NULL;
    while (goes_on) {
        struct rec_info info;
        struct rec_info was;
        goes_on = play(r, INT64_MAX, &now, &last);
        rec_info(r, &was);
        part += (f->n - part) / 3 + 1;
        if (!goes_on || part > f->n || rec_grow(r, part) != REC_OK)
            break;
        rec_info(r, &info);
        HOLDS(info.end >= was.end && info.blocks >= was.blocks);
    }
    rec_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct input f = {.p = malloc(size), .n = size - 1};
    HOLDS(f.p != NULL);
    memcpy(f.p, data + 1, f.n);
    if ((data[0] & 1) != 0)
        put_right(&f);
    enum rec_status why = REC_OK;
    struct rec_source source = {get, &f, f.n};
    struct rec_reader *r = rec_open(&source, &why);
    HOLDS((r == NULL) == (why != REC_OK));
    if (r != NULL) {
        uint64_t now = 0;
        int64_t last = 0;
        struct rec_info info;
        rec_info(r, &info);
        HOLDS(info.end >= 0 && info.blocks > 0 && info.keys > 0);
        bool goes_on = play(r, INT64_MAX, &now, &last);
        for (int i = 0; i < 4 && goes_on; i++) {
            rec_info(r, &info);
            int64_t t = info.end / 4 * i;
            now = 0;
            last = 0;
            rec_seek(r, t);
            goes_on = play(r, t, &now, &last);
        }
        int64_t next = 0;
        (void)rec_next_time(r, &next);
    }
    rec_close(r);
    follow(&f, f.n / 128 * (data[0] >> 1));
    free(f.p);
    return 0;
}
