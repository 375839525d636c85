/* Any text as a pattern, searched for in any bytes: what is found lies within, in order, the same
 * forwards, backwards and (literals) in blocks. */
#include "core/find/find.h"
#include "fuzz.h"

enum { MATCHES = 64 };

struct matches {
    size_t start[MATCHES], count;
};

static struct matches forwards(struct find *f, const uint8_t *bytes, size_t n)
{
    struct matches m = {.count = 0};
    for (size_t from = 0; m.count < MATCHES;) {
        size_t length = 0, at = find_next(f, bytes, n, from, true, &length);
        if (at == SIZE_MAX)
            break;
        HOLDS(at >= from && at < n && length > 0 && length <= n - at);
        HOLDS(find_length(f) == 0 || length == find_length(f));
        m.start[m.count++] = at;
        from = at + 1;
    }
    return m;
}

/* Literals only. */
static void in_blocks(struct find *f, const uint8_t *bytes, size_t n, const struct matches *whole)
{
    size_t overlap = find_overlap(f), seen = 0, length;
    for (size_t start = 0;;) {
        size_t here = n - start > overlap + 7 ? overlap + 7 : n - start;
        bool last = start + here == n;
        for (size_t from = 0;;) {
            size_t at = find_next(f, bytes + start, here, from, last, &length);
            if (at == SIZE_MAX)
                break;
            if (seen < whole->count)
                HOLDS(whole->start[seen] == start + at);
            seen++;
            from = at + 1;
        }
        if (last)
            break;
        start += here - overlap;
    }
    HOLDS(seen == whole->count || whole->count == MATCHES);
}

static void search(struct find *f, const uint8_t *bytes, size_t n)
{
    static const uint8_t zeros[512];
    struct matches m = forwards(f, bytes, n);
    size_t length = 0;
    if (find_length(f) > 0 && find_length(f) <= sizeof zeros)
        HOLDS(find_matches_zero(f) == (find_prev(f, zeros, sizeof zeros, 1, &length) == 0));
    if (!find_gave_up(f))
        for (size_t i = m.count; i-- > 0;) {
            size_t before = m.start[i] + 1;
            size_t at = find_prev(f, bytes, n, before, &length);
            HOLDS(at == m.start[i] || find_gave_up(f));
        }
    if (find_length(f) > 0)
        in_blocks(f, bytes, n, &m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[FIND_WHY_MAX] = "";
    char *pattern = fuzz_string(data, size);
    size_t used = strlen(pattern) < size ? strlen(pattern) + 1 : size;
    struct find *f = find_compile(pattern, why);
    free(pattern);
    if (f) {
        size_t n = size - used;
        uint8_t *bytes = malloc(n ? n : 1); /* of the exact size: a read behind it is seen */
        HOLDS(bytes != NULL);
        if (n > 0)
            memcpy(bytes, data + used, n);
        search(f, bytes, n);
        free(bytes);
        find_free(f);
    } else {
        HOLDS(why[0] != '\0' && memchr(why, 0, sizeof why) != NULL);
        for (const char *c = why; *c; c++)
            HOLDS((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    return 0;
}
