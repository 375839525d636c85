/* The evidence for locks when calls of the system fail: what cannot be looked at is never dead. */
#include <pthread.h>
#include <sys/prctl.h>

#include "propose/locks.h"
#include "support/backend_fail.h"
#include "support/suite.h"

enum { PAGE = 4096, HELD = 0, FREE = 64 };

static struct backend *be;
static struct seg *seg;
static uint8_t *memory;
static struct peer child;
static char path[] = "lock";
static struct lock_place place[] = {
    {.offset = HELD, .size = 40, .kind = LOCK_MUTEX, .path = path},
    {.offset = FREE, .size = 40, .kind = LOCK_MUTEX, .path = path},
};
static const struct lock_places places = {.at = place, .count = 2};

static pthread_mutex_t *mutex_at(size_t offset)
{
    return (pthread_mutex_t *)(void *)(memory + offset);
}

/* Valgrind maps libraries below 4 GiB, where those of 32-bit programs are: there ours is said. */
static struct locks_ask question(void)
{
    return (struct locks_ask){.seg = seg,
                              .places = &places,
                              .libc =
                                  getenv("SHMLENS_MEMCHECK") != NULL ? LIBC_GLIBC : LIBC_UNKNOWN};
}

static void hold(void *arg, int ready)
{
    (void)arg;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)pthread_mutex_lock(mutex_at(HELD));
    peer_ready(ready);
    for (;;)
        pause();
}

static void set_up(void)
{
    char locator[NAME_CAP + 8];
    pthread_mutexattr_t a;
    int fd = raw_create(own_name("locks"), PAGE);
    void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    close(fd);
    memory = p;
    (void)pthread_mutexattr_init(&a);
    (void)pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    ck_assert_int_eq(pthread_mutex_init(mutex_at(HELD), &a), 0);
    ck_assert_int_eq(pthread_mutex_init(mutex_at(FREE), &a), 0);
    child = peer_start(hold, NULL);
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(locator, sizeof locator, "posix:%s", own_name("locks"));
    must(seg_open(be, locator, SEG_READ, &seg));
}

static void tear_down(void)
{
    seg_close(seg);
    backend_free(be);
    peer_stop(&child);
    (void)munmap(memory, PAGE);
    (void)shm_unlink(own_name("locks"));
}

static struct oserr look(void)
{
    const struct locks_ask ask = question();
    struct locks l;
    struct oserr e = locks_look(be, &ask, &l);
    if (!oserr_is(e)) {
        const struct lock_object *o = &l.scene.object[0];
        ck_assert_uint_eq(l.scene.objects, 2);
        ck_assert(!locks_bad(&l));
        ck_assert(o->unread != NULL || o->owner == OWNER_SEEN || o->owner == OWNER_UNSEEN);
        ck_assert(o->owner != OWNER_SEEN ||
                  (l.task[o->owned_by[0]].pid == (uint32_t)child.pid && o->owners == 1));
        ck_assert(l.scene.object[1].unread != NULL || l.scene.object[1].words.state == LOCK_FREE);
    }
    locks_free(&l);
    return e;
}

TEST(calls_that_fail)
{
    torture(be, look);
}

/* The holder is seen while it lives, and dead afterwards. */
TEST(alive_and_dead)
{
    const struct locks_ask ask = question();
    struct locks l;
    must(locks_look(be, &ask, &l));
    ck_assert_int_eq(l.scene.object[0].owner, OWNER_SEEN);
    locks_free(&l);
    (void)kill(child.pid, SIGKILL);
    while (waitpid(child.pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    must(locks_look(be, &ask, &l));
    enum lock_owner owner = l.scene.object[0].owner;
    locks_free(&l);
    if (owner == OWNER_UNSEEN)
        SKIP("processes may be hidden here");
    ck_assert_int_eq(owner, OWNER_DEAD);
}

SUITE(test_program_locks, .set_up = set_up, .tear_down = tear_down,
      TESTS(calls_that_fail, alive_and_dead));
