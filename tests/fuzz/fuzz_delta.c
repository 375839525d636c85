/* The first byte chooses. Even: the rest is a block, with its checksum made right so that what is
 * behind it is reached: it is refused, or it tells the same both ways and never leaves its limits.
 * Odd: the rest says which changes to write; sealed and read they come out as they went in. */
#include <xxhash.h>

#include "core/history/delta.h"
#include "fuzz.h"

enum { SPACE = 512, AT_SUM = 88 };

static void count(void *ctx, const struct delta_key *key)
{
    HOLDS(key->touched != 0 && (key->unknown & ~key->touched) == 0);
    HOLDS(key->offset % DELTA_UNIT == 0);
    ++*(uint32_t *)ctx;
}

static uint64_t sum_of(uint64_t sum, const struct delta *d)
{
    const uint64_t n[] = {sum,  (uint64_t)d->kind, (uint64_t)d->time, d->offset, d->length, d->was,
                          d->is};
    sum = XXH3_64bits(n, sizeof n);
    if (d->new != NULL)
        sum = XXH3_64bits_withSeed(d->new, (size_t)d->length, sum);
    return d->old != NULL ? XXH3_64bits_withSeed(d->old, (size_t)d->length, sum) : sum;
}

static void read_block(const uint8_t *data, size_t size)
{
    struct delta_about about;
    struct delta d;
    const char *why = NULL;
    uint8_t *block = malloc(size + 1);
    HOLDS(block != NULL);
    if (size > 0)
        memcpy(block, data, size);
    if (size >= DELTA_HEADER) {
        uint64_t sum = XXH3_64bits_withSeed(block + DELTA_HEADER, size - DELTA_HEADER,
                                            XXH3_64bits(block, AT_SUM));
        for (unsigned i = 0; i < 8; i++)
            block[AT_SUM + i] = (uint8_t)(sum >> (8 * i));
    }
    uint32_t keys = 0, records = 0;
    bool keys_good = delta_keys(block, size, count, &keys);
    struct delta_reader *r = delta_open(block, size, &why);
    HOLDS((r == NULL) == (why != NULL));
    if (r != NULL) {
        HOLDS(delta_about(block, size, &about) && keys_good && keys == about.keys);
        int64_t last = about.first;
        uint64_t on = 0, back = 0;
        for (; delta_next(r, &d); records++) {
            HOLDS(d.time >= last && d.time <= about.last);
            HOLDS(d.new == NULL || (d.offset >= about.low && d.offset + d.length <= about.high));
            HOLDS(d.new == NULL || (d.length > 0 && d.length <= DELTA_UNIT));
            on ^= sum_of(0, &d);
            last = d.time;
        }
        HOLDS(records == about.records && last == about.last);
        while (delta_prev(r, &d))
            back ^= sum_of(0, &d);
        HOLDS(on == back);
    }
    delta_close(r);
    free(block);
}

/* Takes the next byte, 0 at the end. */
static uint8_t take(const uint8_t **data, size_t *size)
{
    if (*size == 0)
        return 0;
    --*size;
    return *(*data)++;
}

static void write_block(const uint8_t *data, size_t size)
{
    static uint8_t now[SPACE], state[SPACE];
    memset(now, 0, sizeof now);
    memset(state, 0, sizeof state);
    struct delta_writer *w = delta_writer_new();
    uint8_t *block = NULL;
    size_t n = 0;
    const char *why = NULL;
    HOLDS(w != NULL);
    for (int64_t time = 0; size > 0;) {
        uint8_t old[64], new[64];
        size_t at = take(&data, &size) * (size_t)(SPACE - 64) / 256,
               length = 1 + take(&data, &size) % 64;
        time += take(&data, &size);
        memcpy(old, now + at, length);
        for (size_t i = 0; i < length; i++)
            new[i] = i % 3 == 0 ? take(&data, &size) : old[i];
        struct delta d = {DELTA_BYTES, time, at, length, 0, 0, old, new};
        enum delta_added added = delta_add(w, &d);
        if (added == DELTA_FULL)
            break;
        HOLDS(added == DELTA_ADDED);
        memcpy(now + at, new, length);
    }
    if (delta_writer_records(w) > 0) {
        struct delta d;
        HOLDS(delta_seal(w, &block, &n));
        struct delta_reader *r = delta_open(block, n, &why);
        HOLDS(r != NULL);
        while (delta_next(r, &d)) {
            HOLDS(memcmp(state + d.offset, d.old, (size_t)d.length) == 0);
            memcpy(state + d.offset, d.new, (size_t)d.length);
        }
        HOLDS(memcmp(state, now, SPACE) == 0);
        delta_close(r);
        free(block);
    }
    delta_writer_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 2 == 0)
        read_block(data + 1, size - 1);
    else
        write_block(data + 1, size - 1);
    return 0;
}
