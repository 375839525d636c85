/* Which struct do the bytes look like? The structs are those of this file, filled by its compiler.
 */
#include "core/type/fit.h"
#include "support/random.h"
#include "support/typed.h"

#define HEADER                                        \
    enum state { S_NEW = 1, S_READY, S_DEAD };        \
    enum flag { F_A = 1, F_B = 2, F_C = 16 };         \
    struct rbnode {                                   \
        unsigned long long key;                       \
        struct rbnode *left, *right, *parent;         \
        unsigned char color, data;                    \
    };                                                \
    struct page {                                     \
        unsigned long long slab;                      \
        struct page *next;                            \
        unsigned long long prev;                      \
    };                                                \
    struct slab_pool {                                \
        unsigned long long lock, min_size, min_shift; \
        struct page *pages, *last;                    \
        struct page free;                             \
        void *stats;                                  \
        unsigned pfree;                               \
        unsigned char *start, *end;                   \
        unsigned char *log_ctx, zero;                 \
        unsigned char log_nomem;                      \
        void *data, *addr;                            \
    };                                                \
    struct ring_header {                              \
        char magic[8];                                \
        unsigned version;                             \
        enum state state;                             \
        unsigned long long head, tail;                \
        _Bool closing;                                \
        double ratio;                                 \
        struct ring_header *self;                     \
    };                                                \
    struct node {                                     \
        struct node *next;                            \
        unsigned id;                                  \
        enum state state;                             \
        char name[24];                                \
    };                                                \
    struct sample {                                   \
        double x, y, z;                               \
        float weight;                                 \
        enum flag flags;                              \
    };                                                \
    struct callbacks {                                \
        int (*open)(int);                             \
        int (*close)(int);                            \
        void *arg;                                    \
    };                                                \
    struct user {                                     \
        char name[32], home[64], shell[32];           \
        unsigned uid, gid;                            \
    };                                                \
    struct list {                                     \
        struct list *next, *prev;                     \
        unsigned long long size;                      \
    };                                                \
    struct job {                                      \
        unsigned id;                                  \
        enum state state;                             \
        enum flag flags;                              \
        _Bool done;                                   \
        char what[16];                                \
        struct job *next;                             \
    };                                                \
    struct counters {                                 \
        unsigned long long a, b, c, d;                \
    };                                                \
    struct matrix {                                   \
        double m[4][4];                               \
    };                                                \
    struct wide {                                     \
        _Bool b[24];                                  \
    };                                                \
    struct texts {                                    \
        char t[4][16];                                \
    };
HEADER

#define TEXT_OF(...) #__VA_ARGS__
#define TEXT(x)      TEXT_OF(x)

#define HEAP    UINT64_C(0x55d000000000)
#define CODE    UINT64_C(0x400000)
#define SEGMENT UINT64_C(0x7f0000000000)

static const struct fit_range ranges[] = {
    {CODE, CODE + 0x10000, true, false},
    {HEAP, HEAP + 0x100000, false, false},
    {SEGMENT, SEGMENT + 4096, false, true},
};

static struct types *t;
static struct type_source s;
static type_id structs[64];
static size_t count;

static void set_up(void)
{
    t = parsed(TEXT(HEADER));
    s = source_of(t);
    count = 0;
    for (type_id id = 1; id < types_count(t); id++)
        if (types_get(t, id)->kind == TYPE_STRUCT && types_declared(t, id))
            structs[count++] = id;
    ck_assert_uint_gt(count, 13);
}

static void tear_down(void)
{
    types_free(t);
}

static const char *best(void)
{
    struct type_fit fit[FIT_MAX];
    size_t n = type_fits(&s, structs, count, 0, ranges, 3, fit, 0);
    for (size_t i = 1; i < n; i++)
        ck_assert_int_le(fit[i].score, fit[i - 1].score);
    return n == 0 ? "nothing" : types_name(t, types_get(t, fit[0].type)->name);
}

#define in_segment(offset) ((void *)(uintptr_t)(SEGMENT + (offset)))

/* These bytes, and what others have written after them, are best read as a struct of this name. */
static void is(const char *name, const void *p, size_t n)
{
    memset(memory, 0, sizeof memory);
    memcpy(memory, p, n);
    memset(memory + n, 0x5a, 200);
    ck_assert_str_eq(best(), name);
}
/* static: then the padding is zero too */
#define IS(name, ...)                             \
    do {                                          \
        static const struct name v = __VA_ARGS__; \
        is(#name, &v, sizeof v);                  \
    } while (0)

TEST(the_right_one_first)
{
    IS(slab_pool, {.min_size = 8,
                   .min_shift = 3,
                   .pages = in_segment(0x100),
                   .last = in_segment(0x400),
                   .free = {.slab = 12, .next = in_segment(0x118), .prev = 0},
                   .stats = in_segment(0x80),
                   .pfree = 900,
                   .start = in_segment(0x800),
                   .end = in_segment(0xfff),
                   .log_ctx = in_segment(0x90),
                   .zero = 0,
                   .data = (void *)(uintptr_t)(HEAP + 0x120),
                   .addr = in_segment(0)});
    IS(ring_header, {.magic = "RINGv2",
                     .version = 2,
                     .state = S_READY,
                     .head = 839127,
                     .tail = 839119,
                     .ratio = 0.25,
                     .self = in_segment(0)});
    IS(node, {.next = in_segment(0x20), .id = 7, .state = S_DEAD, .name = "seven"});
    IS(sample, {.x = 1.5, .y = -2e3, .z = 3e-4, .weight = 0.5f, .flags = F_A | F_C});
    IS(user,
       {.name = "daemon", .home = "/usr/sbin", .shell = "/usr/sbin/nologin", .uid = 1, .gid = 1});
    IS(list, {.next = in_segment(0x40), .prev = in_segment(0x80), .size = 3});
    IS(job, {.id = 12,
             .state = S_NEW,
             .flags = F_B,
             .done = true,
             .what = "compress",
             .next = in_segment(0x340)});
    IS(rbnode, {.key = 0x1234567,
                .left = in_segment(0x100),
                .right = in_segment(0x140),
                .parent = in_segment(0x180),
                .color = 1});
    IS(matrix, {.m = {{1, 0, 0, 0.5}, {0, 1, 2, 0}, {0, 0, 1, 3}, {1, 1, 1, 1}}});
    IS(texts, {.t = {"first", "second", "third", "fourth"}});
    IS(page, {.slab = 1, .next = in_segment(0x110), .prev = 3});
    struct callbacks c = {.arg = (void *)(uintptr_t)(HEAP + 0x120)};
    memset(memory, 0, sizeof memory);
    const uint64_t open_at = CODE + 0x123, close_at = CODE + 0x456;
    memcpy(&c.open, &open_at, sizeof open_at);
    memcpy(&c.close, &close_at, sizeof close_at);
    memcpy(memory, &c, sizeof c);
    ck_assert_str_eq(best(), "callbacks");
}

TEST(nothing_fits_noise)
{
    seed = 1;
    for (int i = 0; i < 200; i++) {
        for (size_t k = 0; k < sizeof memory; k++)
            memory[k] = (uint8_t)draw(256);
        ck_assert_str_eq(best(), "nothing");
    }
}

TEST(nothing_fits_what_says_nothing)
{
    memset(memory, 0, sizeof memory);
    ck_assert_str_eq(best(), "nothing");
    for (size_t k = 0; k < sizeof memory; k++)
        memory[k] = (uint8_t) "The quick brown fox jumps over the lazy dog. "[k % 45];
    ck_assert_str_eq(best(), "nothing");
    for (uint64_t k = 0; k < sizeof memory / 8; k++) {
        uint64_t v = k * 17 + 3;
        memcpy(memory + 8 * k, &v, 8);
    }
    ck_assert_str_eq(best(), "nothing");
}

/* Not all of it is there. */
TEST(past_the_end)
{
    int32_t score = 0;
    type_id id = types_find(t, "node");
    ck_assert(type_fit(&s, id, 4096 - 40, ranges, 3, &score));
    ck_assert(!type_fit(&s, id, 4096 - 39, ranges, 3, &score));
    ck_assert(!type_fit(&s, id, UINT64_MAX, ranges, 3, &score));
}

/* A struct that would take for ever is left out. */
TEST(too_many_fields)
{
    int32_t score = 0;
    struct types *large = parsed("struct s { char a[8][8][8][8][8][8][8]; int b; };");
    struct type_source other = {.t = large, .read = memory_read, .size = UINT64_C(1) << 40};
    ck_assert(!type_fit(&other, types_find(large, "s"), 0, ranges, 3, &score));
    types_free(large);
}

SUITE(test_core_type_fit, .set_up = set_up, .tear_down = tear_down,
      TESTS(the_right_one_first, nothing_fits_noise, nothing_fits_what_says_nothing, past_the_end,
            too_many_fields));
