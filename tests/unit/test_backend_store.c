/* Storing: one value, a range; what refuses; a file as a segment. */
#include <pthread.h>
#include <sys/mman.h>

#include "support/backend_suite.h"
#include "support/suite.h"

TEST(test_poke_every_size)
{
    struct seg *s;
    unsigned char now[32];
    size_t got;
    int fd = raw_create(own_name("a"), 64);
    must(seg_open(be, own_name("a"), SEG_WRITE, &s));
    for (uint32_t size = 1; size <= 8; size *= 2)
        for (uint64_t off = 8; off < 16; off++) {
            struct poked r;
            struct poke p = {.offset = off, .size = size, .value = {1, 2, 3, 4, 5, 6, 7, 8}};
            unsigned char want[32];
            memset(want, 0xaa, sizeof want);
            ck_assert_int_eq((int)pwrite(fd, want, 32, 0), 32);
            memcpy(want + off, p.value, size);
            must(seg_poke(s, &p, &r));
            ck_assert(r.stored);
            ck_assert_int_eq(r.atomic, off % size == 0);
            for (uint32_t i = 0; i < size; i++)
                ck_assert_int_eq(r.old[i], 0xaa);
            must(seg_read(s, 0, now, 32, &got));
            ck_assert_mem_eq(now, want, 32); /* no neighbour moved */
        }
    struct poke odd = {.offset = 0, .size = 3};
    struct poked r;
    must_fail(seg_poke(s, &odd, &r), SEG_E_ALIGN);
    seg_close(s);
    close(fd);
}

/* Some bits of a word: the others stay, also when the compare-and-swap is lost. */
TEST(test_masked)
{
    struct seg *s;
    struct poked r;
    int fd = raw_create(own_name("a"), 4096);
    must(seg_open(be, own_name("a"), SEG_WRITE, &s));
    for (uint32_t size = 1; size <= 8; size *= 2) {
        unsigned char bytes[8] = {0x5a, 9, 9, 9, 9, 9, 9, 9};
        struct poke p = {.offset = 16, .size = size, .value = {0xff}, .mask = {0x3c}};
        ck_assert_int_eq((int)pwrite(fd, bytes, 8, 16), 8);
        must(seg_poke(s, &p, &r));
        ck_assert(r.stored && r.atomic);
        ck_assert_mem_eq(r.old, bytes, size);
        bytes[0] = 0x7e;
        unsigned char now[8];
        ck_assert_int_eq((int)pread(fd, now, 8, 16), 8);
        ck_assert_mem_eq(now, bytes, 8);
        p.cas = true;
        p.value[0] = 0;
        p.expect[0] = 0x38;
        must(seg_poke(s, &p, &r));
        ck_assert(!r.stored);
        ck_assert_mem_eq(r.old, bytes, size);
        p.expect[0] = 0x3d; /* bit 0 does not count */
        must(seg_poke(s, &p, &r));
        ck_assert(r.stored);
        bytes[0] = 0x42;
        ck_assert_int_eq((int)pread(fd, now, 8, 16), 8);
        ck_assert_mem_eq(now, bytes, 8);
    }
    struct poke p = {.offset = 17, .size = 4, .mask = {1}};
    must_fail(seg_poke(s, &p, &r), SEG_E_ALIGN);
    seg_close(s);
    close(fd);
}

static _Atomic int flipping;

static void *flip(void *at)
{
    uint32_t *word = at;
    uintptr_t lost = 0;
    for (uint32_t i = 0; flipping != 0; i++) { /* only this thread changes the lower 24 bits */
        uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST), mine = i & 0xffffffU;
        while (!__atomic_compare_exchange_n(word, &old, (old & ~0xffffffU) | mine, false,
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            ;
        lost += (__atomic_load_n(word, __ATOMIC_SEQ_CST) & 0xffffffU) != mine;
    }
    return (void *)lost;
}

/* The other bits change at full speed meanwhile: none of their values is lost. A poke may give up,
 * and has stored nothing then. tools/fuzz makes a million. */
TEST(test_masked_race)
{
    const uint32_t pokes = getenv("SHMLENS_LONG") != NULL ? 1000000 : 20000;
    struct seg *s;
    struct poked r;
    pthread_t thread;
    void *lost = NULL;
    int fd = raw_create(own_name("a"), 4096);
    uint32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(word, MAP_FAILED);
    must(seg_open(be, own_name("a"), SEG_WRITE, &s));
    flipping = 1;
    ck_assert_int_eq(pthread_create(&thread, NULL, flip, word), 0);
    for (uint32_t i = 1; i < pokes; i++) {
        struct poke p = {.offset = 0, .size = 4, .cas = i % 2 == 0};
        uint32_t value = (i & 0xff) << 24, expect = ((i - 1) & 0xff) << 24, mask = 0xff000000U;
        memcpy(p.value, &value, 4);
        memcpy(p.expect, &expect, 4);
        memcpy(p.mask, &mask, 4);
        struct oserr e = seg_poke(s, &p, &r);
        for (int again = 0; e.code == SEG_E_BUSY && again < 1000; again++) {
            HOLD((__atomic_load_n(word, __ATOMIC_SEQ_CST) & mask) == expect);
            e = seg_poke(s, &p, &r);
        }
        must(e);
        HOLD(r.stored);
        HOLD((__atomic_load_n(word, __ATOMIC_SEQ_CST) & mask) == value);
    }
    flipping = 0;
    pthread_join(thread, &lost);
    ck_assert_ptr_null(lost);
    seg_close(s);
    munmap(word, 4096);
    close(fd);
}

/* Of two that compare the same bits with the same value and store different ones, one wins. */
enum { RACES = 2000 };

struct racer {
    pthread_barrier_t *line;
    char name[NAME_CAP];
    uint32_t mine;
    bool won[RACES];
};

static void *race(void *ctx)
{
    struct racer *me = ctx;
    struct backend *own = backend_new();
    struct seg *s = NULL;
    struct poked r;
    size_t got;
    ck_assert_ptr_nonnull(own);
    must(seg_open(own, me->name, SEG_WRITE, &s));
    for (uint32_t i = 0; i < RACES; i++) {
        struct poke p = {.offset = 4, .size = 4, .cas = true, .mask = {0, 0x1f}};
        p.value[1] = (uint8_t)((i + me->mine) & 0x1f);
        (void)pthread_barrier_wait(me->line);
        must(seg_read(s, 4, p.expect, 4, &got));
        (void)pthread_barrier_wait(me->line); /* both have read before one stores */
        struct oserr e = seg_poke(s, &p, &r);
        ck_assert(!oserr_is(e) || e.code == SEG_E_BUSY);
        me->won[i] = !oserr_is(e) && r.stored;
    }
    seg_close(s);
    backend_free(own);
    return NULL;
}

TEST(test_masked_race_has_one_winner)
{
    static struct racer racer[2];
    pthread_barrier_t line;
    pthread_t thread;
    int fd = raw_create(own_name("a"), 4096);
    ck_assert_int_eq(pthread_barrier_init(&line, NULL, 2), 0);
    for (uint32_t i = 0; i < 2; i++) {
        racer[i] = (struct racer){.line = &line, .mine = 3 + 5 * i}; /* neither is what was */
        (void)snprintf(racer[i].name, sizeof racer[i].name, "%s", own_name("a"));
    }
    ck_assert_int_eq(pthread_create(&thread, NULL, race, &racer[1]), 0);
    (void)race(&racer[0]);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    (void)pthread_barrier_destroy(&line);
    for (int i = 0; i < RACES; i++)
        ck_assert_msg(racer[0].won[i] != racer[1].won[i], "%d", i);
    close(fd);
}

TEST(test_compare_and_swap)
{
    struct seg *s;
    struct poked r;
    int fd = raw_create(own_name("a"), 4096);
    must(seg_open(be, own_name("a"), SEG_WRITE, &s));
    for (uint32_t size = 1; size <= 8; size *= 2) {
        struct poke p = {.offset = 16, .size = size, .cas = true, .value = {0x7f, 1, 2, 3}};
        unsigned char bytes[8] = {9, 9, 9, 9, 9, 9, 9, 9};
        ck_assert_int_eq((int)pwrite(fd, bytes, 8, 16), 8);
        must(seg_poke(s, &p, &r));
        ck_assert(!r.stored);
        ck_assert_mem_eq(r.old, bytes, size);
        ck_assert_int_eq((int)pread(fd, bytes, 8, 16), 8);
        ck_assert_int_eq(bytes[0], 9);
        memcpy(p.expect, bytes, 8);
        must(seg_poke(s, &p, &r));
        ck_assert(r.stored && r.atomic);
        ck_assert_int_eq((int)pread(fd, bytes, 8, 16), 8);
        ck_assert_mem_eq(bytes, p.value, size);
        ck_assert(size == 8 || bytes[size] == 9);
    }
    struct poke p = {.offset = 17, .size = 4, .cas = true};
    must_fail(seg_poke(s, &p, &r), SEG_E_ALIGN);
    seg_close(s);
    close(fd);
}

TEST(test_poke_at_the_end)
{
    struct seg *s;
    struct poked r;
    int fd = raw_create(own_name("a"), 4097);
    must(seg_open(be, own_name("a"), SEG_WRITE, &s));
    struct poke p = {.offset = 4096, .size = 1, .value = {5}};
    must(seg_poke(s, &p, &r));
    p.size = 2; /* one byte past, within the last page */
    must_fail(seg_poke(s, &p, &r), SEG_E_BEYOND);
    p.offset = UINT64_MAX;
    must_fail(seg_poke(s, &p, &r), SEG_E_BEYOND);
    p = (struct poke){.offset = 0, .size = 8, .value = {1}};
    must(seg_poke(s, &p, &r)); /* the page is mapped now */
    ck_assert_int_eq(ftruncate(fd, 4), 0);
    must_fail(seg_poke(s, &p, &r), SEG_E_BEYOND);
    ck_assert_int_eq(raw_size(fd), 4);
    ck_assert_int_eq(ftruncate(fd, 8), 0);
    unsigned char tail[4];
    ck_assert_int_eq((int)pread(fd, tail, 4, 4), 4);
    ck_assert_int_eq(tail[0] | tail[1] | tail[2] | tail[3], 0);
    seg_close(s);
    close(fd);
}

TEST(test_read_only_refuses)
{
    struct seg *s;
    struct poked r;
    size_t done;
    uint64_t filled;
    int fd = raw_create(own_name("a"), 64);
    must(seg_open(be, own_name("a"), SEG_READ, &s));
    struct poke p = {.offset = 0, .size = 1, .value = {1}};
    must_fail(seg_poke(s, &p, &r), SEG_E_READ_ONLY);
    must_fail(seg_store(s, 0, "x", 1, &done), SEG_E_READ_ONLY);
    must_fail(seg_fill(s, 0, 1, 1, &filled), SEG_E_READ_ONLY);
    must_fail(seg_resize(s, 10), SEG_E_READ_ONLY);
    must(seg_set_access(s, SEG_WRITE));
    must(seg_poke(s, &p, &r));
    must(seg_set_access(s, SEG_READ));
    must_fail(seg_poke(s, &p, &r), SEG_E_READ_ONLY);
    seg_close(s);
    close(fd);
}

TEST(test_raised_access_is_the_same_object)
{
    struct seg *s;
    struct poked r;
    int fd = raw_create(own_name("a"), 64);
    must(seg_open(be, own_name("a"), SEG_READ, &s));
    ck_assert_int_eq(shm_unlink(own_name("a")), 0);
    int other = raw_create(own_name("a"), 64);
    must(seg_set_access(s, SEG_WRITE));
    struct poke p = {.offset = 0, .size = 1, .value = {0x42}};
    must(seg_poke(s, &p, &r));
    unsigned char byte;
    ck_assert_int_eq((int)pread(fd, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 0x42);
    ck_assert_int_eq((int)pread(other, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 0);
    seg_close(s);
    close(fd);
    close(other);
}

TEST(test_store_and_fill)
{
    enum { SIZE = 3 * 1024 * 1024 };
    unsigned char *bytes = malloc(SIZE), *now = malloc(SIZE);
    struct seg *s;
    size_t done, got;
    uint64_t filled;
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)(i * 31 + i / 4096);
    must(seg_create(be, own_name("a"), SIZE, 0600, &s));
    must(seg_store(s, 5, bytes, SIZE - 11, &done));
    ck_assert_uint_eq(done, SIZE - 11);
    must(seg_read(s, 0, now, SIZE, &got));
    ck_assert_mem_eq(now + 5, bytes, SIZE - 11);
    ck_assert_int_eq(now[4], 0);
    ck_assert_int_eq(now[SIZE - 6], 0);
    must_fail(seg_store(s, SIZE - 4, bytes, 5, &done), SEG_E_BEYOND);
    ck_assert_uint_eq(done, 0);
    must(seg_fill(s, 4095, 4098, 0x5a, &filled));
    ck_assert_uint_eq(filled, 4098);
    must(seg_read(s, 4090, now, 5000, &got));
    ck_assert_mem_eq(now, bytes + 4085, 5);
    ck_assert_int_eq(now[5], 0x5a);
    ck_assert_int_eq(now[5 + 4097], 0x5a);
    ck_assert_mem_eq(now + 5 + 4098, bytes + 4085 + 5 + 4098, 100);
    must_fail(seg_fill(s, SIZE, 1, 0, &filled), SEG_E_BEYOND);
    seg_close(s);
    free(bytes);
    free(now);
}

TEST(test_file_kind)
{
    char path[] = "/tmp/shmlens-test-XXXXXX", locator[64], buf[16];
    struct seg *s;
    struct seg_stat st;
    struct poked r;
    size_t got;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    remover_path(path);
    ck_assert_int_eq((int)write(fd, "hello, file\n", 12), 12);
    snprintf(locator, sizeof locator, "file:%s", path);
    must(seg_open(be, locator, SEG_WRITE, &s));
    ck_assert_int_eq(seg_kind(s), SEG_FILE);
    must(seg_read(s, 7, buf, 16, &got));
    ck_assert_uint_eq(got, 5);
    ck_assert_mem_eq(buf, "file\n", 5);
    struct poke p = {.offset = 0, .size = 1, .value = {'J'}};
    must(seg_poke(s, &p, &r));
    ck_assert_int_eq((int)pread(fd, buf, 1, 0), 1);
    ck_assert_int_eq(buf[0], 'J');
    must_fail(seg_remove(be, &(struct seg_removal){.locator = locator}, NULL), SEG_E_UNSUPPORTED);
    unlink(path);
    must(seg_refresh(s, &st));
    ck_assert(st.name_gone);
    seg_close(s);
    close(fd);
    must_fail(seg_open(be, "file:/tmp", SEG_READ, &s), SEG_E_NOT_SEGMENT);
    must_fail(seg_open(be, "file:/dev/null", SEG_READ, &s), SEG_E_NOT_SEGMENT);
    must_fail(seg_open(be, "file:", SEG_READ, &s), SEG_E_NAME);
}

SUITE(test_backend_store, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_poke_every_size, test_masked, test_masked_race, test_masked_race_has_one_winner,
            test_compare_and_swap, test_poke_at_the_end, test_read_only_refuses,
            test_raised_access_is_the_same_object, test_store_and_fill, test_file_kind));
