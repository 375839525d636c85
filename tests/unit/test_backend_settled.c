/* Readings whose bytes belong together: under a sequence counter, twice alike, and the mark of what
 * could not be read twice the same. A process writes a record with a checksum meanwhile. */
#include "support/backend_peer.h"
#include "support/suite.h"

enum { AT = 64, RECORD = 512, WORDS = RECORD / 8, READS = 100000, SIZE = 8192 };

static struct backend *be;
static const char *name;
static struct peer writer;
static uint64_t *memory; /* as the test has it */

/* A record under the counter at 0, for ever; SPINS idle turns between two. */
static void write_records(void *arg, int ready)
{
    volatile unsigned *spins = arg;
    uint32_t *counter = (uint32_t *)memory;
    uint64_t *record = memory + AT / 8, number = 0;
    for (;; number++) {
        uint64_t sum = 0;
        __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
        for (uint64_t i = 0; i + 1 < WORDS; i++) {
            uint64_t word = (number + i) * UINT64_C(0x9e3779b97f4a7c15);
            __atomic_store_n(&record[i], word, __ATOMIC_RELEASE);
            sum += word;
        }
        __atomic_store_n(&record[WORDS - 1], sum, __ATOMIC_RELEASE);
        __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
        if (number == 0)
            peer_ready(ready);
        for (volatile unsigned i = 0; i < *spins; i++)
            continue;
    }
}

/* The counter stays odd; every byte of the record moves. */
static void never_even(void *arg, int ready)
{
    (void)arg;
    *(uint32_t *)memory = 1;
    for (uint64_t n = 0;; n++) {
        for (uint64_t i = 0; i < WORDS; i++)
            __atomic_store_n(&memory[AT / 8 + i], n * UINT64_C(0x0101010101010101),
                             __ATOMIC_RELAXED);
        if (n == 0)
            peer_ready(ready);
    }
}

static bool whole(const uint64_t record[WORDS])
{
    uint64_t sum = 0;
    for (int i = 0; i + 1 < WORDS; i++)
        sum += record[i];
    return sum == record[WORDS - 1];
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    name = own_name("settled");
    int fd = raw_create(name, SIZE);
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    close(fd);
    writer.pid = 0;
}

static void tear_down(void)
{
    if (writer.pid > 0)
        peer_stop(&writer);
    munmap(memory, SIZE);
    (void)shm_unlink(name);
    backend_free(be);
}

static void start(void (*fn)(void *arg, int ready), unsigned spins)
{
    static unsigned kept;
    kept = spins;
    writer = peer_start(fn, &kept);
}

static int reads(void)
{
    return getenv("SHMLENS_MEMCHECK") != NULL ? READS / 100 : READS;
}

TEST(under_the_counter_nothing_is_torn)
{
    static const struct seg_seqlock lock = {.width = 4};
    uint64_t record[WORDS];
    struct seg *s;
    size_t got;
    bool settled;
    int good = 0;
    must(seg_open(be, name, SEG_READ, &s));
    start(write_records, 2000);
    while (good < reads()) {
        must(seg_read_consistent(s, &lock, AT, record, sizeof record, 100, &got, &settled));
        ck_assert_uint_eq(got, sizeof record);
        if (!settled)
            continue;
        good++;
        ck_assert_msg(whole(record), "reading %d is torn", good);
    }
    seg_close(s);
}

/* The test above could fail: without the counter readings are torn. */
TEST(without_it_readings_are_torn)
{
    uint64_t record[WORDS];
    struct seg *s;
    size_t got;
    int torn = 0;
    must(seg_open(be, name, SEG_READ, &s));
    start(write_records, 0);
    for (int64_t end = os_now() + INT64_C(20000000000); torn == 0 && os_now() < end;) {
        must(seg_read(s, AT, record, sizeof record, &got));
        torn += !whole(record);
    }
    ck_assert_int_gt(torn, 0);
    seg_close(s);
}

TEST(a_counter_that_stays_odd_never_settles)
{
    static const struct seg_seqlock lock = {.width = 4};
    uint64_t record[WORDS];
    struct seg *s;
    size_t got;
    bool settled = true;
    uint64_t value = 0;
    must(seg_open(be, name, SEG_READ, &s));
    start(never_even, 0);
    must(seg_read_consistent(s, &lock, AT, record, sizeof record, 50, &got, &settled));
    ck_assert(!settled && got == sizeof record);
    must(seg_counter(s, &lock, &value));
    ck_assert_uint_eq(value, 1);
    seg_close(s);
}

TEST(counters_of_every_width)
{
    static const uint32_t widths[] = {1, 2, 4, 8};
    struct seg *s;
    uint64_t value = 0;
    memory[1] = UINT64_C(0x8877665544332211);
    must(seg_open(be, name, SEG_READ, &s));
    for (size_t i = 0; i < 4; i++) {
        struct seg_seqlock lock = {.offset = 8, .width = widths[i]};
        uint64_t want = 0;
        memcpy(&want, &memory[1],
               widths[i]); /* little-endian, or the test fails for another sake */
        must(seg_counter(s, &lock, &value));
        ck_assert_uint_eq(value, want);
        lock.offset = SIZE;
        must_fail(seg_counter(s, &lock, &value), SEG_E_BEYOND);
    }
    must_fail(seg_counter(s, &(struct seg_seqlock){.offset = 6, .width = 4}, &value), SEG_E_ALIGN);
    must_fail(seg_counter(s, &(struct seg_seqlock){.width = 3}, &value), SEG_E_ALIGN);
    seg_close(s);
}

TEST(two_readings_alike)
{
    uint64_t record[WORDS], big[SIZE / 8 + 8];
    struct seg *s;
    size_t got;
    bool settled = false;
    must(seg_open(be, name, SEG_READ, &s));
    must(seg_read_consistent(s, NULL, 0, big, sizeof big, 1, &got, &settled));
    ck_assert(settled && got == SIZE);
    must(seg_read_consistent(s, NULL, SIZE, big, sizeof big, 1, &got, &settled));
    ck_assert(settled && got == 0);
    start(never_even, 0);
    int differed = 0;
    for (int i = 0; i < 1000000 && differed == 0; i++) {
        must(seg_read_consistent(s, NULL, AT, record, sizeof record, 1, &got, &settled));
        differed += !settled;
    }
    ck_assert_int_gt(differed, 0);
    seg_close(s);
}

/* Opened with the nth call of the system refused, looked at for a while: was something marked? */
static bool marked_without(uint64_t nth)
{
    unsigned char buf[SIZE];
    uint8_t state[SIZE];
    struct seg_stat st;
    struct seg *s;
    uint64_t from, to;
    size_t got;
    bool marked = false;
    backend_fail_at(be, nth, EPERM);
    struct oserr e = seg_open(be, name, SEG_READ, &s);
    backend_fail_at(be, 0, 0);
    if (oserr_is(e))
        return false;
    for (int64_t end = os_now() + INT64_C(300000000); !marked && os_now() < end;) {
        must(seg_sample(s, 0, buf, state, SIZE, &st));
        marked = seg_torn(s, &from, &to);
    }
    if (marked) {
        ck_assert(from >= AT && from < to && to <= AT + RECORD);
        must(seg_read(s, 4096, buf, 100, &got)); /* where nobody writes */
        ck_assert(!seg_torn(s, &from, &to));
    }
    seg_close(s);
    return marked;
}

/* Where userfaultfd is refused everything is copied twice: what never came out the same is told,
 * exactly. */
TEST(what_is_copied_twice_is_marked)
{
    bool marked = false;
    start(never_even, 0);
    for (int64_t end = os_now() + INT64_C(40000000000); !marked && os_now() < end;)
        for (uint64_t nth = 1; nth < 12 && !marked; nth++)
            marked = marked_without(nth);
    ck_assert(marked);
}

SUITE(test_backend_settled, .set_up = set_up, .tear_down = tear_down,
      TESTS(under_the_counter_nothing_is_torn, without_it_readings_are_torn,
            a_counter_that_stays_odd_never_settles, counters_of_every_width, two_readings_alike,
            what_is_copied_twice_is_marked));
