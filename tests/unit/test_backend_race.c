/* Other processes shrink, grow and store while we read, poke and fill: no signal, no growth, no
 * half words. */
#include "support/backend_peer.h"
#include "support/suite.h"

enum { SIZE = 4 * 4096, TURNS = 3000 };

static struct backend *be;
static const char *name;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    name = own_name("race");
}

static void tear_down(void)
{
    (void)shm_unlink(name);
    backend_free(be);
}

/* To nothing and back, until killed; the count of turns goes into a segment of its own. */
static void hammer(void *arg, int ready)
{
    uint64_t *turns = arg;
    int fd = shm_open(name, O_RDWR, 0);
    peer_ready(ready);
    for (;;) {
        if (ftruncate(fd, 0) != 0 || ftruncate(fd, SIZE) != 0)
            _exit(1);
        __atomic_add_fetch(turns, 1, __ATOMIC_RELAXED);
    }
}

static uint64_t *shared_counter(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    return p;
}

static void is_shrink(struct oserr e)
{
    char text[64];
    bool fine = !oserr_is(e) || e.code == SEG_E_BEYOND || e.code == SEG_E_SHRANK;
    ck_assert_msg(fine, "%s: %s", e.call, oserr_text(e, text, sizeof text));
}

TEST(test_shrinking_while_we_work)
{
    static unsigned char buf[SIZE];
    struct seg *s;
    struct seg_stat st;
    struct poked r;
    size_t got, done;
    uint64_t filled, start, end, *turns = shared_counter();
    enum seg_extent_kind kind;
    int fd = raw_create(name, SIZE);
    must(seg_open(be, name, SEG_WRITE, &s));
    struct peer p = peer_start(hammer, turns);
    for (unsigned i = 0; __atomic_load_n(turns, __ATOMIC_RELAXED) < TURNS; i++) {
        struct poke poke = {.offset = i * 8 % SIZE, .size = 8, .cas = i % 2 == 0, .value = {1}};
        struct poke odd = {.offset = SIZE / 2 - 3, .size = 8, .value = {2}};
        must(seg_read(s, 0, buf, SIZE, &got));
        must(seg_read(s, SIZE - 100, buf, 100, &got));
        is_shrink(seg_poke(s, &poke, &r));
        is_shrink(seg_poke(s, &odd, &r));
        is_shrink(seg_store(s, 100, buf, SIZE - 100, &done));
        is_shrink(seg_fill(s, 0, SIZE, 3, &filled));
        must(seg_extent(s, SIZE / 2, &start, &end, &kind));
        must(seg_refresh(s, &st));
        ck_assert(st.size == 0 || st.size == SIZE);
    }
    peer_stop(&p);
    seg_close(s);
    close(fd);
    munmap(turns, 4096);
}

/* Ends with a shrink: what we store afterwards must not make it larger. */
static void shrink_for_good(void *arg, int ready)
{
    int fd = shm_open(name, O_RDWR, 0);
    (void)arg;
    peer_ready(ready);
    for (int i = 0; i < 1000; i++)
        if (ftruncate(fd, i % 2 == 0 ? 8 : SIZE) != 0)
            _exit(1);
    if (ftruncate(fd, 8) != 0)
        _exit(1);
}

TEST(test_never_grows)
{
    static unsigned char buf[SIZE];
    int fd = raw_create(name, SIZE);
    struct seg *s;
    size_t done;
    struct poked r;
    must(seg_open(be, name, SEG_WRITE, &s));
    for (int round = 0; round < 5; round++) {
        struct peer p = peer_start(shrink_for_good, NULL);
        int status;
        struct poke poke = {.offset = SIZE - 8, .size = 8, .value = {1}};
        do {
            is_shrink(seg_poke(s, &poke, &r));
            is_shrink(seg_store(s, 0, buf, SIZE, &done));
        } while (waitpid(p.pid, &status, WNOHANG) == 0);
        close(p.ready[0]);
        ck_assert_int_eq(status, 0);
        ck_assert_int_eq(raw_size(fd), 8);
        must_fail(seg_poke(s, &poke, &r), SEG_E_BEYOND);
        must_fail(seg_store(s, 0, buf, SIZE, &done), SEG_E_BEYOND);
        ck_assert_int_eq(raw_size(fd), 8);
    }
    seg_close(s);
    close(fd);
}

/* Stores whole words, all zeros and all ones in turn, until killed. */
static void flip(void *arg, int ready)
{
    int fd = shm_open(name, O_RDWR, 0);
    uint64_t *words = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)arg;
    if (words == MAP_FAILED)
        _exit(1);
    peer_ready(ready);
    for (uint64_t v = 0;; v = ~v)
        for (size_t i = 0; i < SIZE / 8; i++)
            __atomic_store_n(&words[i], v, __ATOMIC_RELAXED);
}

static void whole_words(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint64_t v;
        memcpy(&v, bytes + i, 8);
        ck_assert_msg(v == 0 || v == UINT64_MAX, "half a word: %016llx", (unsigned long long)v);
    }
}

TEST(test_words_are_whole)
{
    static unsigned char buf[SIZE + 16];
    struct seg *s;
    size_t got;
    unsigned ones = 0, zeros = 0;
    int fd = raw_create(name, SIZE);
    must(seg_open(be, name, SEG_READ, &s));
    struct peer p = peer_start(flip, NULL);
    int64_t until = os_now() + 700000000;
    for (unsigned i = 0; os_now() < until; i++) {
        size_t skew = i % 8; /* the first whole word then is at 8 - skew */
        must(seg_read(s, skew, buf, SIZE - skew, &got));
        ck_assert_uint_eq(got, SIZE - skew);
        whole_words(buf + (8 - skew) % 8, got - (8 - skew) % 8);
        ones += buf[0] != 0;
        zeros += buf[0] == 0;
    }
    ck_assert_msg(ones > 0 && zeros > 0, "nothing moved: %u %u", ones, zeros);
    peer_stop(&p);
    seg_close(s);
    close(fd);
}

/* Two hands on one counter: no increment by compare-and-swap is lost. */
static void count_up(void *arg, int ready)
{
    int fd = shm_open(name, O_RDWR, 0);
    uint32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)arg;
    if (word == MAP_FAILED)
        _exit(1);
    peer_ready(ready);
    for (int i = 0; i < 200000; i++)
        __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
}

TEST(test_compare_and_swap_loses_nothing)
{
    struct seg *s;
    struct poked r = {0};
    uint32_t wins = 0, now, next;
    int status, fd = raw_create(name, 4096);
    must(seg_open(be, name, SEG_WRITE, &s));
    struct peer p = peer_start(count_up, NULL);
    do {
        struct poke poke = {.size = 4, .cas = true};
        memcpy(poke.expect, r.old, 4);
        memcpy(&now, r.old, 4);
        next = now + 1;
        memcpy(poke.value, &next, 4);
        must(seg_poke(s, &poke, &r));
        wins += r.stored;
        if (r.stored)
            memcpy(r.old, &next, 4);
    } while (waitpid(p.pid, &status, WNOHANG) == 0);
    close(p.ready[0]);
    ck_assert_int_eq((int)pread(fd, &now, 4, 0), 4);
    ck_assert_uint_eq(now, 200000 + wins);
    seg_close(s);
    close(fd);
}

/* The guard is per thread: several segments at once, on their own threads. */
static void read_shrinking(void *arg)
{
    static _Thread_local unsigned char buf[SIZE];
    struct seg *s;
    size_t got;
    bool *ok = arg;
    *ok = !oserr_is(seg_open(be, name, SEG_READ, &s));
    for (int i = 0; *ok && i < 2000; i++)
        *ok = !oserr_is(seg_read(s, 0, buf, SIZE, &got));
    if (*ok)
        seg_close(s);
}

TEST(test_threads)
{
    struct os_thread *t[3];
    bool ok[3];
    uint64_t *turns = shared_counter();
    int fd = raw_create(name, SIZE);
    struct peer p = peer_start(hammer, turns);
    for (int i = 0; i < 3; i++)
        must(os_thread_start(&t[i], read_shrinking, &ok[i]));
    for (int i = 0; i < 3; i++)
        os_thread_join(t[i]);
    peer_stop(&p);
    for (int i = 0; i < 3; i++)
        ck_assert(ok[i]);
    munmap(turns, 4096);
    close(fd);
}

static void leave_42(int sig)
{
    (void)sig;
    _exit(42);
}

/* In a child: a fault outside of the guard, with `before` installed before the guard. */
static int fault_after(void (*before)(int sig))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGBUS, before);
        struct backend *other = backend_new();
        int fd = raw_create(name, 4096);
        volatile char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
        int r = other == NULL || ftruncate(fd, 0);
        _exit(r + p[0]);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

/* A fault that is not ours still kills, or goes to whoever wanted it. */
TEST(test_other_faults_are_passed_on)
{
    int status = fault_after(SIG_DFL);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    status = fault_after(SIG_IGN);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    status = fault_after(leave_42);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

/* The segment shrinks to a size inside the page right before the page is mapped for the store. */
static struct {
    const char *path, *call;
    off_t size;
} shrink;

static void shrink_before(void *ctx, const char *call)
{
    (void)ctx;
    if (shrink.call == NULL || strcmp(call, shrink.call) != 0)
        return;
    shrink.call = NULL;
    ck_assert_int_eq(truncate(shrink.path, shrink.size), 0);
}

enum { TAKEN_AT = 4096 + 64, TAKEN = 16 };

static struct oserr store_value(struct seg *s)
{
    struct poked r;
    struct poke p = {.offset = TAKEN_AT, .size = 8, .value = {1, 2, 3, 4, 5, 6, 7, 8}};
    struct oserr e = seg_poke(s, &p, &r);
    ck_assert(!r.stored);
    return e;
}

static struct oserr store_swap(struct seg *s)
{
    struct poked r;
    struct poke p = {.offset = TAKEN_AT, .size = 4, .value = {1, 2, 3, 4}, .cas = true};
    struct oserr e = seg_poke(s, &p, &r);
    ck_assert(!r.stored);
    return e;
}

static struct oserr store_unaligned(struct seg *s)
{
    struct poked r;
    struct poke p = {.offset = TAKEN_AT + 1, .size = 2, .value = {9, 9}};
    struct oserr e = seg_poke(s, &p, &r);
    ck_assert(!r.stored);
    return e;
}

static struct oserr store_bytes(struct seg *s)
{
    size_t done = 0;
    struct oserr e = seg_store(s, TAKEN_AT, "0123456789abcdef", TAKEN, &done);
    ck_assert_uint_eq(done, shrink.size > TAKEN_AT ? (size_t)(shrink.size - TAKEN_AT) : 0);
    return e;
}

static struct oserr store_fill(struct seg *s)
{
    uint64_t done = 0;
    struct oserr e = seg_fill(s, TAKEN_AT, TAKEN, 0xee, &done);
    ck_assert_uint_eq(done, shrink.size > TAKEN_AT ? (size_t)(shrink.size - TAKEN_AT) : 0);
    return e;
}

static struct oserr (*const stores[])(struct seg *) = {store_value, store_swap, store_unaligned,
                                                       store_bytes, store_fill};

TEST_LOOP(a_store_past_an_end_that_moved_is_taken_back, 2 * SUITE_ROWS(stores))
{
    struct oserr (*store)(struct seg *) = stores[_i / 2];
    struct seg *s;
    char path[PATH_CAP];
    unsigned char now[TAKEN];
    snprintf(path, sizeof path, "/dev/shm%s", name);
    int fd = raw_create(name, SIZE);
    ck_assert_int_eq(pwrite(fd, "x", 1, 4096), 1);
    must(seg_open(be, name, SEG_WRITE, &s));
    shrink.path = path;
    shrink.call = "mmap";
    shrink.size = _i % 2 == 0 ? 4096 + 4 : TAKEN_AT + 2; /* before it; inside of it */
    backend_before_call(be, shrink_before, NULL);
    struct oserr e = store(s);
    backend_before_call(be, NULL, NULL);
    ck_assert_ptr_null(shrink.call);
    is_shrink(e);
    ck_assert(oserr_is(e));
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    ck_assert_int_eq(pread(fd, now, sizeof now, TAKEN_AT), TAKEN);
    for (size_t i = 0; i < TAKEN; i++) {
        bool inside = TAKEN_AT + (off_t)i < shrink.size;
        ck_assert(now[i] == 0 || (inside && (store == store_bytes || store == store_fill)));
    }
    seg_close(s);
    close(fd);
}

SUITE(test_backend_race, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_shrinking_while_we_work, test_never_grows, test_words_are_whole,
            test_compare_and_swap_loses_nothing, test_threads, test_other_faults_are_passed_on,
            a_store_past_an_end_that_moved_is_taken_back));
