/* Several threads on one call say what one says: at the borders of their parts, at holes, and while
 * another process takes the memory away. */
#include <pthread.h>

#include "backend/bulk/crew.h"
#include "backend/os.h"
#include "backend/provider.h"
#include "support/backend_peer.h"
#include "support/suite.h"

enum {
    PAGE = 4096,
    MIB = 1024 * 1024,
    SIZE = 6 * MIB,
    PAGES = SIZE / PAGE,
    MOST = 5, /* threads */
    STEP = 128,
    TURNS = 60
};

static struct backend *be;
static struct seg *s;
static struct seg *copied; /* the same segment without a mapping: copies are searched */
static const char *name;
static uint8_t *memory;
static int fd;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    name = own_name("crew");
    fd = raw_create(name, SIZE);
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    must(seg_open(be, name, SEG_READ, &s));
    must(seg_open(be, name, SEG_READ, &copied));
    copied->kind->unmap(copied, &copied->read_map);
}

static void tear_down(void)
{
    seg_close(s);
    seg_close(copied);
    munmap(memory, SIZE);
    close(fd);
    (void)shm_unlink(name);
    backend_free(be);
}

static const uint8_t text[] = "needle";
static struct seg_needle what = {.bytes = text, .size = 6, .rare = {2, 3}};

static struct seg_needle once = {.bytes = text, .size = 6, .rare = {2, 3}, .once = true};

static bool supported(void)
{
    uint64_t next;
    bool found;
    struct oserr e = seg_search(s, &what, 0, SIZE, &next, &found);
    if (!oserr_is(e))
        return true;
    must_fail(e, SEG_E_UNSUPPORTED); /* valgrind knows no userfaultfd, some containers refuse it */
    puts("skip: no mapping in which holes stay holes");
    return false;
}

/* A match is there and at no place before: in the mapping that stays, in the one that does not, and
 * in copies. */
static void finds(uint64_t off, uint64_t place)
{
    struct seg_needle how = what;
    for (int i = 0; i < 3; i++) {
        uint64_t next = 0;
        bool found = false;
        how.once = i > 0;
        must(seg_search(i == 2 ? copied : s, &how, off, SIZE, &next, &found));
        ck_assert(found);
        ck_assert_uint_eq(next, place);
    }
}

/* In the mapping a chunk is 1 MiB here; in copies each thread has one part. */
TEST(a_match_on_the_border_of_two_parts)
{
    if (!supported())
        return;
    memset(memory, 'n', SIZE);
    for (unsigned hands = 2; hands <= MOST; hands++) {
        size_t places = SIZE - 6 + 1, each = places / hands;
        what.hands = once.hands = hands;
        for (size_t part = 1; part < hands; part++)
            for (size_t back = 0; back <= 7; back++) {
                const size_t border[] = {part * each - back, part * MIB - back};
                for (size_t i = 0; i < 2; i++) {
                    memcpy(memory + border[i], text, 6);
                    finds(0, border[i]);
                    memset(memory + border[i], 'n', 6);
                }
            }
    }
}

/* A place is tried in steps that begin on a border of a vector. */
TEST(a_match_anywhere_in_a_step)
{
    if (!supported())
        return;
    memset(memory, 'n', SIZE);
    what.hands = 1;
    for (size_t from = 0; from < 40; from++)
        for (size_t place = from; place < from + 3 * STEP; place++) {
            uint64_t next = 0;
            bool found = false;
            memcpy(memory + place, text, 6);
            must(seg_search(s, &what, from, from + 4 * STEP, &next, &found));
            ck_assert(found);
            ck_assert_uint_eq(next, place);
            memset(memory + place, 'n', 6);
            must(seg_search(s, &what, from, from + 4 * STEP, &next, &found));
            ck_assert(!found);
            ck_assert_uint_eq(next, from + 4 * STEP - 5);
        }
}

TEST(the_first_one_counts)
{
    static const uint64_t place[] = {77, MIB + 5, 2 * MIB, 4 * MIB + 1, 6 * MIB - 500};
    enum { PLACES = sizeof place / sizeof *place };
    if (!supported())
        return;
    memset(memory, 'n', SIZE);
    for (size_t i = 0; i < PLACES; i++)
        memcpy(memory + place[i], text, 6);
    for (unsigned hands = 0; hands <= MOST; hands++) {
        what.hands = once.hands = hands;
        finds(0, place[0]);
        for (size_t i = 0; i + 1 < PLACES; i++)
            finds(place[i] + 1, place[i + 1]);
    }
}

/* Bits that do not count. */
TEST(a_mask)
{
    static const uint8_t bytes[] = {'N' & 0xdf, 0x60, 0, 'D' & 0xdf},
                         mask[] = {0xdf, 0xf0, 0, 0xdf};
    struct seg_needle wild = {.bytes = bytes, .mask = mask, .size = 4, .rare = {0, 3}};
    uint64_t next = 0;
    bool found = false;
    if (!supported())
        return;
    memset(memory, '.', SIZE);
    memcpy(memory + 3 * MIB, "nexd", 4);       /* right in any case, */
    memcpy(memory + 2 * MIB, "n3\377d", 4);    /* 3 is not 6?, */
    memcpy(memory + MIB + 9, "nooxd no d", 9); /* and these are no match either */
    for (unsigned hands = 1; hands <= MOST; hands++) {
        what.hands = once.hands = hands;
        wild.hands = hands;
        wild.once = hands > 2;
        must(seg_search(s, &wild, 0, SIZE, &next, &found));
        ck_assert(found);
        ck_assert_uint_eq(next, 3 * MIB);
    }
}

/* One that begins where memory is touched ahead of the search, and one that does not. */
static void hole_at(uint64_t hole)
{
    static uint64_t one[PAGES], several[PAGES];
    struct seg_hashes found_one, found;
    uint64_t next = 0;
    bool hit = true;
    for (size_t i = 0; i < SIZE; i++)
        memory[i] = (uint8_t)(i * 2654435761u >> 13 | 0x80);
    memcpy(memory + 5 * MIB, text, 6); /* behind the hole: not for this call */
    ck_assert_int_eq(
        fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)hole, 2 * PAGE), 0);
    must(seg_hash(s, 0, one, PAGES, &found_one));
    for (unsigned hands = 2; hands <= MOST; hands++) {
        what.hands = once.hands = hands;
        must(seg_search(s, &what, 0, SIZE, &next, &hit));
        ck_assert(!hit && next <= hole && next + STEP + 6 > hole);
        must(seg_search(s, &once, 0, SIZE, &next, &hit));
        ck_assert(!hit && next <= hole && next + STEP + 6 > hole);
        must(seg_search(copied, &once, hole, SIZE, &next, &hit));
        ck_assert(!hit && next == hole);
        must(seg_search(copied, &once, hole + 2 * PAGE, SIZE, &next, &hit));
        ck_assert(hit && next == 5 * MIB);
        must(seg_hash_shared(s, hands, 0, several, PAGES, &found));
        ck_assert_uint_eq(found.pages, hole / PAGE);
        ck_assert_uint_eq(found.next, hole + 2 * PAGE);
        ck_assert_mem_eq(one, several, found.pages * sizeof *one);
        must(seg_hash_shared(s, hands, hole + 2 * PAGE, several, PAGES, &found));
        ck_assert_uint_eq(found.next, SIZE);
    }
    ck_assert_int_eq(raw_blocks(fd), (SIZE - 2 * PAGE) / 512);
}

TEST(a_hole_ends_it_and_stays)
{
    if (!supported())
        return;
    hole_at(2 * MIB + 8 * PAGE);
    hole_at(2 * MIB);
    hole_at(3 * MIB + 16 * PAGE);
}

/* Pages of this process that are mapped from files and shared memory. */
static long mapped_pages(void)
{
    long size = 0, resident = 0, shared = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%ld %ld %ld", &size, &resident, &shared), 3);
    fclose(f);
    return shared;
}

TEST(what_is_looked_at_once_is_not_kept_mapped)
{
    enum { SOME = PAGES / 2 }; /* the system's count is rough */
    uint64_t next = 0;
    bool hit = false;
    if (!supported())
        return;
    memset(memory, 'n', SIZE);
    what.hands = once.hands = 2;
    long before = mapped_pages();
    must(seg_search(s, &once, 0, SIZE, &next, &hit));
    ck_assert_int_lt(mapped_pages() - before, SOME);
    must(seg_search(s, &what, 0, SIZE, &next, &hit));
    ck_assert_int_gt(mapped_pages() - before, SOME);
}

/* Chunks that do not come to their end, and how often each was begun. */
struct chunks {
    size_t first, other; /* which ones */
    size_t begun[100], hands;
    size_t by[CREW_MOST]; /* the last one that each thread began */
};

static bool note_chunk(void *ctx, size_t hand, size_t number)
{
    struct chunks *c = ctx;
    ck_assert_uint_lt(hand, c->hands);
    __atomic_add_fetch(&c->begun[number], 1, __ATOMIC_RELAXED);
    c->by[hand] = number;
    return number != c->first && number != c->other;
}

TEST(the_first_chunk_that_did_not_end_counts)
{
    enum { N = 100 };
    for (size_t hands = 1; hands <= MOST; hands++)
        for (size_t first = 0; first <= N; first += 7) {
            struct chunks c = {.first = first < 98 ? first : N, .other = first + 2, .hands = hands};
            struct crew_end end = crew_share(note_chunk, &c, hands, N);
            ck_assert_uint_eq(end.chunk, c.first);
            for (size_t i = 0; i < end.chunk; i++)
                ck_assert_uint_eq(c.begun[i], 1);
            if (end.chunk < N)
                ck_assert_uint_eq(c.by[end.hand], end.chunk);
            if (hands == 1 && end.chunk < N)
                ck_assert_uint_eq(c.begun[end.chunk + 1], 0);
        }
}

/* Each part of a crew waits until all have begun: so they run at the same time. */
struct meeting {
    struct os_monitor *monitor;
    size_t here;
    bool met[MOST];
};

static void meet(void *ctx, size_t number)
{
    struct meeting *m = ctx;
    int64_t deadline = os_now() + 10 * (int64_t)1000000000;
    os_monitor_lock(m->monitor);
    m->here++;
    os_monitor_broadcast(m->monitor);
    while (m->here < MOST && os_monitor_wait(m->monitor, deadline))
        ;
    m->met[number] = m->here == MOST;
    os_monitor_unlock(m->monitor);
}

TEST(parts_run_at_the_same_time)
{
    struct meeting m = {.monitor = os_monitor_new()};
    ck_assert_ptr_nonnull(m.monitor);
    crew_run(meet, &m, MOST);
    for (size_t i = 0; i < MOST; i++)
        ck_assert(m.met[i]);
    os_monitor_free(m.monitor);
}

static void nothing(void *arg)
{
    (void)arg;
}

/* From now on no thread can be started: none has room for such a stack. False: one can. */
static bool refuse_threads(pthread_attr_t *before)
{
    pthread_attr_t huge;
    struct os_thread *thread = NULL;
    ck_assert_int_eq(pthread_getattr_default_np(before), 0);
    ck_assert_int_eq(pthread_attr_init(&huge), 0);
    bool refused = pthread_attr_setstacksize(&huge, (size_t)1 << 47) == 0 &&
                   pthread_setattr_default_np(&huge) == 0 &&
                   oserr_is(os_thread_start(&thread, nothing, NULL));
    pthread_attr_destroy(&huge);
    os_thread_join(thread);
    return refused;
}

struct roll {
    size_t count, number[MOST];
    bool here[MOST]; /* on the thread of the caller */
    pthread_t caller;
};

static void call_roll(void *ctx, size_t number)
{
    struct roll *r = ctx;
    r->here[r->count] = pthread_equal(pthread_self(), r->caller) != 0;
    r->number[r->count++] = number;
}

TEST(without_threads_one_does_it_all)
{
    static uint64_t alone[PAGES], several[PAGES];
    struct roll r = {.caller = pthread_self()};
    struct seg_hashes found;
    pthread_attr_t before;
    memset(memory, 'n', SIZE);
    memcpy(memory + 5 * MIB + 77, text, 6); /* in the last of the parts */
    must(seg_hash(s, 0, alone, PAGES, &found));
    if (refuse_threads(&before)) {
        crew_run(call_roll, &r, MOST);
        ck_assert_uint_eq(r.count, MOST);
        for (size_t i = 0; i < MOST; i++)
            ck_assert(r.number[i] == i && r.here[i]);
        what.hands = once.hands = MOST;
        if (supported())
            finds(0, 5 * MIB + 77);
        must(seg_hash_shared(s, MOST, 0, several, PAGES, &found));
        ck_assert_uint_eq(found.pages, PAGES);
        ck_assert_mem_eq(alone, several, sizeof alone);
    } else {
        puts("skip: threads start whatever their stacks");
    }
    ck_assert_int_eq(pthread_setattr_default_np(&before), 0);
}

/* What makes reading and storing fast makes no pages: none by looking, none beside what is stored.
 */
TEST(only_stored_pages_appear)
{
    enum { AT = MIB + 100, LONG = 300 * 1024 };
    static uint8_t bytes[LONG];
    static uint64_t hash[PAGES];
    struct seg *writer = NULL;
    struct seg_hashes found;
    uint64_t next = 0;
    size_t done = 0;
    bool hit = false;
    if (!supported())
        return;
    what.hands = once.hands = 3;
    must(seg_search(s, &what, 0, SIZE, &next, &hit));
    must(seg_search(s, &once, 0, SIZE, &next, &hit));
    must(seg_search(copied, &once, 0, SIZE, &next, &hit));
    must(seg_hash_shared(s, 3, 0, hash, PAGES, &found));
    ck_assert_int_eq(raw_blocks(fd), 0);
    memset(bytes, 'n', LONG);
    must(seg_open(be, name, SEG_WRITE, &writer));
    must(seg_store(writer, AT, bytes, LONG, &done));
    ck_assert_uint_eq(done, LONG);
    ck_assert_int_eq(memcmp(memory + AT, bytes, LONG), 0);
    ck_assert_int_eq(raw_blocks(fd), (LONG / PAGE + 1) * PAGE / 512);
    must_fail(seg_store(writer, SIZE - PAGE, bytes, LONG, &done), SEG_E_BEYOND);
    ck_assert_int_eq(raw_blocks(fd), (LONG / PAGE + 1) * PAGE / 512);
    seg_close(writer);
}

/* To nothing, back, and full again, until killed. */
static void hammer(void *arg, int ready)
{
    uint64_t *turns = arg;
    int own = shm_open(name, O_RDWR, 0);
    peer_ready(ready);
    for (;;) {
        if (ftruncate(own, 3 * PAGE) != 0 || ftruncate(own, SIZE) != 0 ||
            posix_fallocate(own, 0, SIZE) != 0)
            _exit(1);
        __atomic_add_fetch(turns, 1, __ATOMIC_RELAXED);
    }
}

TEST(it_shrinks_while_threads_read)
{
    static uint64_t hash[PAGES];
    uint64_t *turns = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct seg_hashes found;
    struct seg_stat st;
    uint64_t next = 0;
    bool hit = false;
    ck_assert_ptr_ne(turns, MAP_FAILED);
    if (!supported())
        return;
    what.hands = once.hands = 3;
    struct peer p = peer_start(hammer, turns);
    while (__atomic_load_n(turns, __ATOMIC_RELAXED) < TURNS) {
        must(seg_refresh(s, &st));
        struct oserr e = seg_search(s, &what, 0, st.size, &next, &hit);
        if (oserr_is(e))
            must_fail(e, SEG_E_UNSUPPORTED);
        ck_assert(!hit && next <= SIZE);
        e = seg_search(s, &once, 0, st.size, &next, &hit);
        if (oserr_is(e))
            must_fail(e, SEG_E_UNSUPPORTED);
        ck_assert(!hit && next <= SIZE);
        must(seg_search(copied, &once, 0, SIZE, &next, &hit));
        ck_assert(!hit && next <= SIZE);
        must(seg_hash_shared(s, 3, 0, hash, PAGES, &found));
        ck_assert_uint_le(found.next, SIZE);
    }
    peer_stop(&p);
    munmap(turns, PAGE);
}

SUITE(test_backend_crew, .set_up = set_up, .tear_down = tear_down,
      TESTS(parts_run_at_the_same_time, without_threads_one_does_it_all,
            the_first_chunk_that_did_not_end_counts, a_match_on_the_border_of_two_parts,
            a_match_anywhere_in_a_step, the_first_one_counts, a_mask, a_hole_ends_it_and_stays,
            what_is_looked_at_once_is_not_kept_mapped, only_stored_pages_appear,
            it_shrinks_while_threads_read));
