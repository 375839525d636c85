/* Other processes: names, mappings, and the private memory that can be read unnoticed. */
#include <sys/prctl.h>

#include "backend/peer.h"
#include "support/backend_fail.h"
#include "support/suite.h"

enum { PAGE = 4096 };

static struct backend *be;
static struct places {
    uint64_t *stored;    /* anonymous, its second page never touched */
    uint64_t *shared;    /* a segment */
    uint64_t *inherited; /* stored by the parent, and still its page too */
} at;
static uint64_t global = 0x1122334455667788;
static int segment;
static struct peer child;

static void *mapped(size_t pages, int flags, int fd)
{
    void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    return p;
}

static void be_a_child(void *arg, int ready)
{
    (void)arg;
    (void)prctl(PR_SET_NAME, "a\nchild");
    at.stored[5] = 55;
    global++;
    peer_ready(ready);
    for (;;)
        pause();
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    segment = raw_create(own_name("peer"), 2 * PAGE);
    at.stored = mapped(2, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    at.inherited = mapped(1, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    at.shared = mapped(2, MAP_SHARED, segment);
    at.inherited[0] = 77;
    at.shared[0] = 99;
    child = peer_start(be_a_child, NULL);
}

static void tear_down(void)
{
    peer_stop(&child);
    close(segment);
    (void)shm_unlink(own_name("peer"));
    backend_free(be);
}

static uint64_t address(const void *p)
{
    return (uint64_t)(uintptr_t)p;
}

TEST(names)
{
    char comm[SEG_COMM];
    must(peer_name(be, (uint32_t)child.pid, comm));
    ck_assert_str_eq(comm, "a"); /* the system ends it at the newline */
    ck_assert(oserr_is(peer_name(be, INT32_MAX, comm)));
    ck_assert_str_eq(comm, "");
}

TEST(only_what_it_stored)
{
    struct peer_memory *p = NULL;
    uint64_t v = 0;
    long blocks = raw_blocks(segment);
    must(peer_memory_open(be, (uint32_t)child.pid, &p));
    ck_assert(peer_memory_read(p, address(&at.stored[5]), &v, 8) && v == 55);
    ck_assert(peer_memory_read(p, address(&global), &v, 8) && v == 0x1122334455667789);
    ck_assert(peer_memory_read(p, address(at.inherited), &v, 8) && v == 77);
    ck_assert(!peer_memory_read(p, address(&at.stored[PAGE / 8]), &v, 8));     /* never touched */
    ck_assert(!peer_memory_read(p, address(&at.stored[PAGE / 8]) - 4, &v, 8)); /* half of it */
    ck_assert(!peer_memory_read(p, address(at.shared), &v, 8));
    ck_assert(!peer_memory_read(p, address(at.shared) + PAGE, &v, 8));
    ck_assert(!peer_memory_read(p, address("constant"), &v, 8)); /* a page of the file */
    ck_assert(!peer_memory_read(p, 8, &v, 8));
    ck_assert(!peer_memory_read(p, UINT64_MAX - 3, &v, 8));
    ck_assert(!peer_memory_read(p, INT64_MAX - 3, &v, 8));
    peer_memory_close(p);
    ck_assert_int_eq(raw_blocks(segment), blocks);
    unsigned char resident[2];
    ck_assert_int_eq(mincore(at.shared, 2 * PAGE, resident), 0);
    ck_assert_int_eq(resident[1] & 1, 0);
}

TEST(ranges)
{
    struct peer_range *r = NULL;
    size_t n = 0;
    bool code = false, data = false;
    must(peer_ranges(be, (uint32_t)child.pid, &r, &n));
    for (size_t i = 0; i < n; i++) {
        ck_assert(r[i].start < r[i].end && (i == 0 || r[i - 1].end <= r[i].start));
        uint64_t f = (uint64_t)(uintptr_t)be_a_child;
        code = code || (r[i].code && f >= r[i].start && f < r[i].end);
        uint64_t d = address(at.stored);
        data = data || (!r[i].code && d >= r[i].start && d < r[i].end);
    }
    ck_assert(code && data);
    free(r);
    ck_assert(oserr_is(peer_ranges(be, INT32_MAX, &r, &n)));
    ck_assert(r == NULL && n == 0);
}

static int look_at_root(void *arg)
{
    struct peer_memory *p = NULL;
    struct backend *mine = backend_new();
    struct oserr e = peer_memory_open(mine, *(uint32_t *)arg, &p);
    bool refused = oserr_kind(e) == OSERR_K_DENIED && p == NULL;
    peer_memory_close(p);
    backend_free(mine);
    return refused ? 0 : 1;
}

TEST(the_right_is_needed)
{
    uint32_t pid = (uint32_t)child.pid;
    if (getuid() != 0) {
        printf("skip: the_right_is_needed: only root can become another user\n");
        return;
    }
    as_nobody(look_at_root, &pid);
}

static struct oserr look(void)
{
    struct peer_memory *p = NULL;
    struct peer_range *r = NULL;
    size_t n = 0;
    char comm[SEG_COMM];
    uint64_t v;
    struct oserr e = peer_name(be, (uint32_t)child.pid, comm);
    if (!oserr_is(e))
        e = peer_ranges(be, (uint32_t)child.pid, &r, &n);
    free(r);
    if (!oserr_is(e))
        e = peer_memory_open(be, (uint32_t)child.pid, &p);
    if (!oserr_is(e))
        (void)peer_memory_read(p, address(&global), &v, 8);
    peer_memory_close(p);
    return e;
}

TEST(calls_that_fail)
{
    torture(be, look);
}

SUITE(test_backend_peer, .set_up = set_up, .tear_down = tear_down,
      TESTS(names, only_what_it_stored, ranges, the_right_is_needed, calls_that_fail));
