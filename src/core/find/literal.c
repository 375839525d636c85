/* Literals, perhaps with wild bits. The two pattern bytes that are rarest in typical memory are
 * the probes. While the first one is rare in the data too, searching for it alone is fastest;
 * otherwise both are examined together, 16 positions at a time. Only positions that pass are
 * compared with the whole pattern. */
#include <stdlib.h>
#include <string.h>

#include "core/find/find_private.h"

/* How common each byte is in memory, 0 the rarest: counted over programs, libraries and text with
 * as many zero bytes added, as memory has. */
static const uint8_t rank[256] = {
    255, 226, 187, 184, 210, 204, 163, 174, 224, 203, 234, 121, 143, 144, 195, 239, 206, 135, 142,
    61,  110, 84,  48,  44,  197, 60,  33,  41,  82,  57,  32,  213, 254, 63,  106, 176, 232, 125,
    62,  169, 215, 201, 230, 70,  193, 179, 216, 229, 190, 198, 161, 160, 153, 140, 133, 80,  167,
    172, 156, 168, 131, 177, 114, 55,  178, 235, 186, 208, 223, 231, 180, 185, 252, 227, 94,  139,
    233, 192, 207, 199, 214, 111, 212, 220, 222, 194, 164, 155, 175, 148, 76,  151, 158, 159, 115,
    245, 134, 243, 202, 236, 237, 253, 242, 217, 221, 250, 79,  149, 238, 219, 249, 244, 225, 128,
    248, 246, 251, 228, 200, 182, 189, 196, 113, 98,  146, 100, 71,  74,  162, 116, 39,  209, 205,
    191, 91,  64,  123, 241, 27,  240, 108, 211, 52,  45,  157, 21,  16,  22,  93,  26,  12,  15,
    87,  36,  3,   13,  58,  10,  9,   11,  136, 8,   1,   152, 31,  6,   2,   0,   89,  24,  18,
    14,  35,  5,   4,   23,  96,  20,  7,   17,  59,  19,  105, 56,  120, 92,  109, 47,  81,  28,
    101, 85,  188, 166, 104, 170, 138, 95,  132, 171, 126, 112, 67,  38,  183, 25,  42,  37,  181,
    86,  103, 46,  43,  30,  54,  50,  107, 73,  51,  99,  34,  29,  72,  129, 147, 77,  88,  40,
    66,  69,  75,  90,  218, 173, 65,  154, 102, 83,  78,  124, 141, 68,  97,  145, 53,  49,  130,
    119, 150, 118, 117, 122, 127, 137, 165, 247,
};

enum {
    CHUNK = 64,   /* positions that the two probes examine together */
    PATIENCE = 8, /* false hits of the first probe that are tolerated */
    WORTH = 192,  /* bytes the first probe must skip per false hit to be worth it */
    FILTER_FOR =
        1 << 16, /* bytes to search with both probes before the first is tried alone again */
};

/* How common a pattern byte is: the more bits are wild, the more bytes match. */
static unsigned commonness(uint8_t value, uint8_t mask)
{
    if (mask == 0xff)
        return rank[value];
    unsigned wild = 0;
    for (unsigned bit = 0; bit < 8; bit++)
        wild += !((mask >> bit) & 1);
    return 256 * wild + rank[value];
}

static uint8_t mask_at(const struct literal *l, size_t i)
{
    return l->mask != NULL ? l->mask[i] : 0xff;
}

/* The rarest byte of the pattern; one with another value than `other` if there is one. */
static struct probe pick(const struct literal *l, const struct probe *other)
{
    size_t best = 0;
    unsigned least = UINT32_MAX;
    for (size_t i = 0; i < l->size; i++) {
        unsigned c = commonness(l->value[i], mask_at(l, i));
        if (other != NULL && i == other->at)
            c += 1u << 20;
        else if (other != NULL && l->value[i] == other->value && mask_at(l, i) == other->mask)
            c += 1u << 12;
        if (c < least || (other != NULL && c == least)) { /* far apart they are more selective */
            least = c;
            best = i;
        }
    }
    return (struct probe){best, mask_at(l, best), l->value[best]};
}

bool literal_init(struct literal *l, uint8_t *value, uint8_t *mask, size_t size)
{
    bool all = true, none = true; /* are all bits significant, or none? */
    for (size_t i = 0; mask != NULL && i < size; i++) {
        value[i] &= mask[i];
        all = all && mask[i] == 0xff;
        none = none && mask[i] == 0;
    }
    *l = (struct literal){.value = value, .mask = mask, .size = size};
    if (mask != NULL && none)
        return false;
    if (mask != NULL && all) {
        free(mask);
        l->mask = NULL;
    }
    l->probe[0] = pick(l, NULL);
    l->probe[1] = pick(l, &l->probe[0]);
    return true;
}

/* Does the pattern match at p? */
static bool here(const struct literal *l, const uint8_t *p)
{
    if (l->mask == NULL)
        return memcmp(p, l->value, l->size) == 0;
    for (size_t i = 0; i < l->size; i++)
        if ((p[i] & l->mask[i]) != l->value[i])
            return false;
    return true;
}

static bool probes_pass(const struct literal *l, const uint8_t *p)
{
    return (p[l->probe[0].at] & l->probe[0].mask) == l->probe[0].value &&
           (p[l->probe[1].at] & l->probe[1].mask) == l->probe[1].value;
}

/* 16 bytes at a time: every compiler of ours turns this into the vector unit's instructions. */
typedef uint8_t vec __attribute__((vector_size(16)));
enum { VECS = CHUNK / 16 };

static vec vec_of(uint8_t byte)
{
    vec v;
    memset(&v, byte, sizeof v);
    return v;
}

static vec vec_load(const uint8_t *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* The first match that starts in one chunk of positions, whose hits are marked non-zero. */
static size_t in_chunk(const struct literal *l, const uint8_t *block, size_t start,
                       const vec hits[VECS])
{
    const uint8_t *hit = (const uint8_t *)hits;
    for (size_t word = 0; word < CHUNK; word += 8) {
        uint64_t any;
        memcpy(&any, hit + word, sizeof any);
        for (size_t i = word; any && i < word + 8; i++)
            if (hit[i] && here(l, block + start + i))
                return start + i;
    }
    return SIZE_MAX;
}

/* Searches positions [from, end) with both probes at once, at the same speed whatever the bytes
 * are. A match that starts there lies within the block. */
static size_t by_filter(const struct literal *l, const uint8_t *block, size_t from, size_t end)
{
    const struct probe a = l->probe[0], b = l->probe[1];
    const vec mask_a = vec_of(a.mask), value_a = vec_of(a.value);
    const vec mask_b = vec_of(b.mask), value_b = vec_of(b.value);
    while (end - from >= CHUNK) {
        vec hits[VECS], any = vec_of(0);
        for (size_t i = 0; i < VECS; i++) {
            const uint8_t *p = block + from + 16 * i;
            vec in_a = (vec)((vec_load(p + a.at) & mask_a) == value_a);
            vec in_b = (vec)((vec_load(p + b.at) & mask_b) == value_b);
            hits[i] = in_a & in_b;
            any |= hits[i];
        }
        uint64_t half[2];
        memcpy(half, &any, sizeof half);
        if (half[0] | half[1]) {
            size_t found = in_chunk(l, block, from, hits);
            if (found != SIZE_MAX)
                return found;
        }
        from += CHUNK;
    }
    for (; from < end; from++)
        if (probes_pass(l, block + from) && here(l, block + from))
            return from;
    return SIZE_MAX;
}

/* Searches positions [*from, end) with the first probe alone, which is fastest while it is rare. If
 * it has too many false hits it stops early, with *from advanced and filter_left set. */
static size_t by_rarest(struct literal *l, const uint8_t *block, size_t *from, size_t end)
{
    const struct probe *a = &l->probe[0];
    size_t begin = *from, vain = 0;
    while (*from < end) {
        const uint8_t *hit = memchr(block + *from + a->at, a->value, end - *from);
        if (hit == NULL)
            break;
        size_t place = (size_t)(hit - block) - a->at;
        if (here(l, block + place))
            return place;
        *from = place + 1;
        vain++;
        if (vain > PATIENCE && *from - begin < vain * WORTH) {
            l->filter_left = FILTER_FOR;
            return SIZE_MAX;
        }
    }
    *from = end;
    return SIZE_MAX;
}

size_t literal_next(struct literal *l, const uint8_t *block, size_t n, size_t from, size_t end)
{
    if (n < l->size)
        return SIZE_MAX;
    if (end > n - l->size + 1)
        end = n - l->size + 1;
    bool rare = l->probe[0].mask == 0xff;
    while (from < end) {
        size_t found;
        if (rare && l->filter_left == 0) {
            found = by_rarest(l, block, &from, end);
        } else {
            size_t part = end - from;
            if (rare && part > l->filter_left)
                part = l->filter_left;
            found = by_filter(l, block, from, from + part);
            size_t searched = found == SIZE_MAX ? part : found - from + 1;
            if (rare)
                l->filter_left -= searched;
            from += part;
        }
        if (found != SIZE_MAX)
            return found;
    }
    return SIZE_MAX;
}
