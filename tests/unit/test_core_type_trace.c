/* Typed pointers in the memory of a process, which here is a buffer. */
#include "core/bytes.h"
#include "core/type/trace.h"
#include "support/typed.h"

static const char header[] =
    "struct head { unsigned magic; }; struct node { struct node *next; unsigned id; };\n"
    "struct opaque;\n"
    "struct app { int x; struct { struct node *tail; void *raw; } shm; struct app *self;\n"
    "             struct opaque *hidden; union { struct head *a; unsigned long number; }; };\n"
    "struct a { struct b *b; }; struct b { struct c *c; }; struct c { struct d *d; };\n"
    "struct d { struct e *e; struct head *there; }; struct e { struct head *there; };\n"
    "typedef struct head *head_pointer; typedef struct node *table[100];\n"
    "struct plain { int x[1000000]; };\n";

/* The private memory is [BASE, BASE + sizeof memory) without its page at GAP; the segment of SIZE
 * bytes is mapped at SEGMENT. */
enum { BASE = 0x10000, GAP = 0x10800, GAP_END = 0x10900, SEGMENT = 0x70000, SIZE = 0x1000 };

static unsigned reads;
static char found[4096];

static bool read_memory(void *ctx, uint64_t address, void *p, size_t n)
{
    (void)ctx;
    reads++;
    if (address < BASE || address - BASE > sizeof memory - n ||
        (address < GAP_END && address + n > GAP))
        return false;
    memcpy(p, memory + (address - BASE), n);
    return true;
}

static struct types *t;

static bool note(void *ctx, const struct type_lead *lead)
{
    size_t n = strlen(found);
    char type[64];
    (void)types_spell(t, lead->type, type, sizeof type);
    (void)snprintf(found + n, sizeof found - n, "0x%llx %s %s %u\n",
                   (unsigned long long)lead->offset, type, lead->via, lead->level);
    return ctx == NULL || --*(int *)ctx > 0;
}

static void put(uint64_t address, uint64_t value)
{
    bytes_put(memory + (address - BASE), 8, false, value);
}

static const char *traced(const struct type_variable *v, size_t n, int *most, bool *cut)
{
    struct type_window window = {SEGMENT, SIZE, 0, 1};
    struct type_trace trace = {.t = t,
                               .read = read_memory,
                               .found = note,
                               .ctx = most,
                               .window = &window,
                               .windows = 1,
                               .size = SIZE};
    found[0] = '\0';
    reads = 0;
    ck_assert(type_trace(&trace, v, n));
    if (cut != NULL)
        *cut = trace.cut;
    return found;
}

static void set_up(void)
{
    t = parsed(header);
    memset(memory, 0, sizeof memory);
}

static void tear_down(void)
{
    types_free(t);
}

static type_id named(const char *name)
{
    type_id id = types_find(t, name);
    ck_assert_uint_ne(id, 0);
    return id;
}

static type_id pointer(const char *name)
{
    return types_pointer(t, named(name));
}

TEST(globals_and_the_heap)
{
    const struct type_variable v[] = {
        {"g_ring", BASE, named("head_pointer")}, {"heap_app", BASE + 8, pointer("app")},
        {"counter", BASE + 16, named("plain")},  {"gone", GAP, pointer("head")},
        {"null", BASE + 24, pointer("head")},    {"elsewhere", BASE + 32, pointer("head")}};
    put(BASE, SEGMENT);
    put(BASE + 8, BASE + 0x100);
    put(BASE + 32, SEGMENT + SIZE);
    put(BASE + 0x108, SEGMENT + 0x20);  /* shm.tail */
    put(BASE + 0x110, SEGMENT + 0x300); /* shm.raw */
    put(BASE + 0x118, BASE + 0x100);    /* self */
    put(BASE + 0x120, SEGMENT + 0x400); /* hidden */
    put(BASE + 0x128, SEGMENT + 0x500); /* a */
    ck_assert_str_eq(traced(v, 6, NULL, NULL), "0x0 struct head g_ring 0\n"
                                               "0x20 struct node heap_app->shm.tail 1\n"
                                               "0x300 void heap_app->shm.raw 1\n"
                                               "0x400 struct opaque heap_app->hidden 1\n"
                                               "0x500 struct head heap_app->a 1\n");
    ck_assert_uint_lt(reads, 20); /* nothing of what has no pointer */
    int most = 2;
    ck_assert_str_eq(traced(v, 6, &most, NULL),
                     "0x0 struct head g_ring 0\n0x20 struct node heap_app->shm.tail 1\n");
}

TEST(levels)
{
    const struct type_variable v[] = {{"v", BASE, pointer("a")}};
    put(BASE, BASE + 0x100);
    put(BASE + 0x100, BASE + 0x200);
    put(BASE + 0x200, BASE + 0x300);
    put(BASE + 0x300, BASE + 0x400);
    put(BASE + 0x308, SEGMENT); /* not reached: c is the third */
    ck_assert_str_eq(traced(v, 1, NULL, NULL), "");
    const struct type_variable b[] = {{"b", BASE + 0x100, pointer("b")}};
    put(BASE + 0x400, SEGMENT + 8);
    ck_assert_str_eq(traced(b, 1, NULL, NULL), "0x8 struct e b->c->d->e 3\n");
}

TEST(arrays_and_cycles)
{
    bool cut = true;
    const struct type_variable v[] = {{"t", BASE, named("table")}, {"n", BASE, pointer("node")}};
    for (uint64_t i = 0; i < 100; i++)
        put(BASE + 8 * i, i == 63 || i == 64 ? SEGMENT + i : BASE);
    ck_assert_str_eq(traced(v, 2, NULL, &cut), "0x3f struct node t[63] 0\n");
    ck_assert(!cut);
}

/* Addresses of a hostile process lead nowhere. */
static bool at_once(void *ctx)
{
    (void)ctx;
    return true;
}

TEST(it_can_be_stopped)
{
    struct type_window window = {SEGMENT, SIZE, 0, 1};
    struct type_trace trace = {.t = t,
                               .read = read_memory,
                               .found = note,
                               .stop = at_once,
                               .window = &window,
                               .windows = 1,
                               .size = SIZE};
    const struct type_variable v[] = {{"t", BASE, named("table")}};
    put(BASE, SEGMENT);
    found[0] = '\0';
    ck_assert(type_trace(&trace, v, 1));
    ck_assert(trace.cut);
    ck_assert_str_eq(found, "");
}

TEST(wild_addresses)
{
    const struct type_variable v[] = {{"a", UINT64_MAX, pointer("head")},
                                      {"b", UINT64_MAX - 7, pointer("app")},
                                      {"c", BASE, pointer("app")},
                                      {"d", BASE + 8, pointer("plain")}};
    put(BASE, UINT64_MAX - 3);
    put(BASE + 8, INT64_MAX);
    ck_assert_str_eq(traced(v, 4, NULL, NULL), "");
}

SUITE(test_core_type_trace, .set_up = set_up, .tear_down = tear_down,
      TESTS(globals_and_the_heap, levels, arrays_and_cycles, it_can_be_stopped, wild_addresses));
