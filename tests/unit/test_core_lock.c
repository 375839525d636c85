/* What the words of locks mean, who has them, and rings of waits. The bytes were taken from live
 * segments of tests/types/locks.c, compiled for glibc 2.36 and for musl 1.2.3 on x86-64. */
#include <string.h>

#include "core/lock/judge.h"
#include "support/random.h"
#include "support/suite.h"

static const struct lock_abi glibc = {.libc = LIBC_GLIBC}, musl = {.libc = LIBC_MUSL};

/* Words as they were, 32 bits each; those that are left out are 0. */
struct words_case {
    const char *name;
    const struct lock_abi *abi;
    enum lock_kind kind;
    uint32_t word[14];
    const char *text; /* with an owner that is a task of ours: 7 */
};

static const struct words_case cases[] = {
    {"normal", &glibc, LOCK_MUTEX, {2, 0, 7, 1, 0x280}, "mutex shared held 5/7 ringd"},
    {"free", &glibc, LOCK_MUTEX, {0, 0, 0, 1, 0x280}, "mutex shared free"},
    {"initializer", &glibc, LOCK_MUTEX, {0}, "mutex not shared free"},
    {"recursive",
     &glibc,
     LOCK_MUTEX,
     {1, 2, 7, 1, 0x81},
     "mutex recursive,shared held 5/7 ringd depth 2"},
    {"errorcheck",
     &glibc,
     LOCK_MUTEX,
     {1, 0, 7, 1, 0x82},
     "mutex errorcheck,shared held 5/7 ringd"},
    {"adaptive", &glibc, LOCK_MUTEX, {0, 0, 0, 0, 0x83}, "mutex adaptive,shared free"},
    {"robust",
     &glibc,
     LOCK_MUTEX,
     {0x80000007, 1, 7, 1, 0x290},
     "mutex robust,shared held 5/7 ringd"},
    {"owner died",
     &glibc,
     LOCK_MUTEX,
     {0xc0000000, 1, 1791, 1, 0x290},
     "mutex robust,shared dead owner 1791"},
    {"taken again",
     &glibc,
     LOCK_MUTEX,
     {7, 1, 0x7fffffff, 1, 0x290},
     "mutex robust,shared held 5/7 ringd inconsistent"},
    {"lost",
     &glibc,
     LOCK_MUTEX,
     {0, 0, 0x7ffffffe, 0, 0x290},
     "mutex robust,shared not recoverable"},
    {"pi", &glibc, LOCK_MUTEX, {0x80000007, 1, 7, 1, 0x2a0}, "mutex pi,shared held 5/7 ringd"},
    {"robust pi", &glibc, LOCK_MUTEX, {7, 1, 7, 1, 0x2b0}, "mutex robust,pi,shared held 5/7 ringd"},
    {"protect",
     &glibc,
     LOCK_MUTEX,
     {20 << 19 | 1, 0, 7, 1, 0xc0},
     "mutex protect,shared held 5/7 ringd"},
    {"private", &glibc, LOCK_MUTEX, {1, 0, 7, 1, 0x200}, "mutex not shared held 5/7 ringd"},
    {"destroyed", &glibc, LOCK_MUTEX, {0, 0, 0, 0, 0xffffffff}, "mutex destroyed"},
    {"being taken", &glibc, LOCK_MUTEX, {1, 0, 0, 0, 0x280}, "mutex shared held owner not kept"},
    {"a dead one", &glibc, LOCK_MUTEX, {1, 0, 4711, 1, 0x280}, "mutex shared dead owner 4711"},
    {"written", &glibc, LOCK_RWLOCK, {3, 0, 1, 3, 0, 0, 7, 1}, "rwlock shared held 5/7 ringd"},
    {"read", &glibc, LOCK_RWLOCK, {0x10, 0, 0, 0, 0, 0, 0, 1}, "rwlock shared read by 2"},
    {"read, a writer waits",
     &glibc,
     LOCK_RWLOCK,
     {0xa, 0, 0, 2, 0, 0, 0, 1},
     "rwlock shared read by 1"},
    {"rwlock free", &glibc, LOCK_RWLOCK, {1, 0, 1, 0, 0, 0, 0, 1}, "rwlock shared free"},
    {"rwlock private", &glibc, LOCK_RWLOCK, {0}, "rwlock not shared free"},
    {"cond", &glibc, LOCK_COND, {2, 0, 0, 0, 2, 0, 0, 0, 0, 9}, "cond"},
    {"sem", &glibc, LOCK_SEM, {0, 1, 0x80}, "sem shared value 0"},
    {"sem private", &glibc, LOCK_SEM, {3}, "sem not shared value 3"},
    {"barrier", &glibc, LOCK_BARRIER, {1, 0, 3, 0x80}, "barrier shared arrived 1 of 3"},
    {"barrier, round 2", &glibc, LOCK_BARRIER, {5, 3, 3, 0x80}, "barrier shared arrived 2 of 3"},
    {"normal", &musl, LOCK_MUTEX, {0x80, 0x80000010, 1}, "mutex shared held owner not kept"},
    {"free", &musl, LOCK_MUTEX, {0x80}, "mutex shared free"},
    {"recursive",
     &musl,
     LOCK_MUTEX,
     {0x81, 7, 0, 0, 0, 1},
     "mutex recursive,shared held 5/7 ringd depth 2"},
    {"errorcheck", &musl, LOCK_MUTEX, {0x82, 7}, "mutex errorcheck,shared held 5/7 ringd"},
    {"robust", &musl, LOCK_MUTEX, {0x84, 0x80000007, 1}, "mutex robust,shared held 5/7 ringd"},
    {"owner died", &musl, LOCK_MUTEX, {0x84, 0x40000000}, "mutex robust,shared dead owner"},
    {"taken again",
     &musl,
     LOCK_MUTEX,
     {0x84, 0x40000007},
     "mutex robust,shared held 5/7 ringd inconsistent"},
    {"lost", &musl, LOCK_MUTEX, {0x84, 0x7fffffff}, "mutex robust,shared not recoverable"},
    {"pi", &musl, LOCK_MUTEX, {0x88, 0x80000007}, "mutex pi,shared held 5/7 ringd"},
    {"robust pi", &musl, LOCK_MUTEX, {0x8c, 7}, "mutex robust,pi,shared held 5/7 ringd"},
    {"private", &musl, LOCK_MUTEX, {0, 0x10}, "mutex not shared held owner not kept"},
    {"written", &musl, LOCK_RWLOCK, {0xffffffff, 1, 0x80}, "rwlock shared held owner not kept"},
    {"read", &musl, LOCK_RWLOCK, {2, 0, 0x80}, "rwlock shared read by 2"},
    {"cond", &musl, LOCK_COND, {0xffffffff, 0xffffffff, 0, 1}, "cond shared"},
    {"cond private", &musl, LOCK_COND, {0}, "cond not shared"},
    {"sem", &musl, LOCK_SEM, {0xffffffff, 1}, "sem shared value 0"},
    {"sem of 1.2.4", &musl, LOCK_SEM, {0x80000000, 1}, "sem shared value 0"},
    {"sem private", &musl, LOCK_SEM, {2, 0, 0x80}, "sem not shared value 2"},
    {"barrier", &musl, LOCK_BARRIER, {0, 0, 0x80000002, 1, 1}, "barrier shared arrived 1 of 3"},
    {"barrier private", &musl, LOCK_BARRIER, {0, 0, 2}, "barrier not shared"},
};

static const char *ringd(void *ctx, uint32_t pid)
{
    (void)ctx;
    return pid == 5 ? "ringd" : NULL;
}

/* A scene with room for what is put into it. */
static struct lock_task task[16];
static struct lock_object object[16];
static uint32_t waiter[16], mark[16];
static struct lock_scene scene;
static char text[512];

static void new_scene(void)
{
    memset(task, 0, sizeof task);
    memset(object, 0, sizeof object);
    scene = (struct lock_scene){.object = object,
                                .task = task,
                                .waiter = waiter,
                                .mark = mark,
                                .whole = true,
                                .asleep = true};
}

static struct lock_task *add_task(uint32_t pid, uint32_t tid)
{
    struct lock_task *t = &task[scene.tasks++];
    *t = (struct lock_task){.pid = pid, .tid = tid, .own = tid};
    return t;
}

static void wait_at(struct lock_task *t, uint64_t at)
{
    t->waits = true;
    t->at = at;
}

/* A mutex that this number has; 0: it is free. */
static struct lock_object *add_mutex(uint64_t offset, uint32_t owner)
{
    struct lock_object *o = &object[scene.objects++];
    *o = (struct lock_object){.offset = offset, .size = 40, .kind = LOCK_MUTEX};
    o->words = (struct lock_words){.state = owner != 0 ? LOCK_HELD : LOCK_FREE,
                                   .shared_known = true,
                                   .shared = true,
                                   .owner = owner};
    return o;
}

static const char *text_of(const struct lock_object *o)
{
    ck_assert_uint_lt(lock_text(&scene, o, ringd, NULL, text, sizeof text), sizeof text);
    return text;
}

static const char *rings(void)
{
    struct lock_step step[16];
    uint32_t from = 0;
    size_t n, at = 0;
    lock_judge(&scene);
    text[0] = '\0';
    while ((n = lock_ring(&scene, &from, step)) > 0) {
        for (size_t i = 0; i < n; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%u>%x ", task[step[i].task].tid,
                                   (unsigned)object[step[i].object].offset);
        at += (size_t)snprintf(text + at, sizeof text - at, "; ");
    }
    return text;
}

TEST_LOOP(words_of_live_locks, SUITE_ROWS(cases))
{
    const struct words_case *c = &cases[_i];
    uint8_t bytes[LOCK_BYTES];
    new_scene();
    (void)add_task(5, 7);
    struct lock_object *o = add_mutex(0x10, 0);
    o->kind = c->kind;
    o->size = (uint32_t)lock_size(c->kind);
    memcpy(bytes, c->word, sizeof bytes); /* the machine's order is the locks' */
    o->unread = lock_decode(c->abi, c->kind, bytes, lock_size(c->kind), &o->words);
    ck_assert_msg(o->unread == NULL, "%s: %s", c->name, o->unread);
    o->absent = true; /* whoever else is named is dead */
    lock_judge(&scene);
    ck_assert_msg(strcmp(text_of(o), c->text) == 0, "%s: %s", c->name, text);
}

TEST(words_that_are_none)
{
    static const uint32_t mutex[][10] = {
        {3, 0, 7, 1, 0x280}, {1, 0, 7, 1, 0x1280}, {1, 0, 0xffffffff, 1, 0x80}};
    static const uint32_t of_musl[][10] = {{0x83}, {0x180}, {0x80, 0x11}};
    struct lock_words w;
    uint32_t zero[14] = {0}, bad_sem[8] = {0x80000001, 0, 0x80}, shared[14] = {[7] = 2};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_ptr_nonnull(lock_decode(&glibc, LOCK_MUTEX, (const uint8_t *)mutex[i], 40, &w));
        ck_assert_ptr_nonnull(lock_decode(&musl, LOCK_MUTEX, (const uint8_t *)of_musl[i], 40, &w));
    }
    ck_assert_ptr_nonnull(lock_decode(&glibc, LOCK_SEM, (const uint8_t *)bad_sem, 32, &w));
    ck_assert_ptr_nonnull(lock_decode(&glibc, LOCK_RWLOCK, (const uint8_t *)shared, 56, &w));
    ck_assert_ptr_nonnull(lock_decode(&glibc, LOCK_BARRIER, (const uint8_t *)zero, 32, &w));
    ck_assert_ptr_nonnull(lock_decode(&glibc, LOCK_MUTEX, (const uint8_t *)zero, 24, &w));
    ck_assert_ptr_nonnull(lock_decode(&glibc, LOCK_NONE, (const uint8_t *)zero, 0, &w));
}

TEST(layouts_that_are_not_known)
{
    const uint8_t zero[LOCK_BYTES] = {0};
    struct lock_words w;
    const struct lock_abi none = {0}, old = {.libc = LIBC_GLIBC, .version = 217},
                          narrow = {.libc = LIBC_GLIBC, .narrow = true};
    ck_assert_ptr_nonnull(lock_decode(&none, LOCK_MUTEX, zero, 40, &w));
    ck_assert_ptr_nonnull(lock_decode(&narrow, LOCK_MUTEX, zero, 40, &w));
    ck_assert_ptr_nonnull(lock_decode(&old, LOCK_SEM, zero, 32, &w));
    ck_assert_ptr_nonnull(lock_decode(&old, LOCK_RWLOCK, zero, 56, &w));
    ck_assert_ptr_null(lock_decode(&old, LOCK_MUTEX, zero, 40, &w));
}

TEST(the_library_by_its_file)
{
    static const struct {
        const char *path;
        enum lock_libc libc;
        uint32_t version;
    } files[] = {
        {"/usr/lib/x86_64-linux-gnu/libc.so.6", LIBC_GLIBC, 0},
        {"/lib64/libc-2.17.so", LIBC_GLIBC, 217},
        {"/usr/lib/x86_64-linux-musl/libc.so", LIBC_MUSL, 0},
        {"/lib/ld-musl-x86_64.so.1", LIBC_MUSL, 0},
        {"/lib/libc.musl-x86_64.so.1", LIBC_MUSL, 0},
        {"/usr/lib/libcap.so.2", LIBC_UNKNOWN, 0},
        {"/usr/lib/libc-2.17.so.old", LIBC_UNKNOWN, 0},
        {"libc-2..so", LIBC_UNKNOWN, 0},
        {"", LIBC_UNKNOWN, 0},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        struct lock_abi abi = {0};
        ck_assert_int_eq(lock_abi_of(files[i].path, UINT64_C(0x7f0000000000), &abi),
                         files[i].libc != LIBC_UNKNOWN);
        ck_assert_msg(abi.libc == files[i].libc && abi.version == files[i].version && !abi.narrow,
                      "%s", files[i].path);
    }
    struct lock_abi abi;
    ck_assert(lock_abi_of("/lib/libc.so.6", 0xf7000000, &abi) && abi.narrow);
}

/* Any bytes are words or are none, and make a line that fits. */
TEST(any_bytes_will_do)
{
    seed = 1;
    uint8_t bytes[LOCK_BYTES];
    static const struct lock_abi *const abis[] = {&glibc, &musl};
    for (int i = 0; i < 400000; i++) {
        for (size_t k = 0; k < sizeof bytes; k++) /* small numbers are words more often */
            bytes[k] = (uint8_t)(draw(3) == 0 ? draw(256) : draw(3));
        new_scene();
        wait_at(add_task(5, 7), draw(80));
        struct lock_object *o = add_mutex(draw(64), 0);
        o->kind = (enum lock_kind)(1 + draw(LOCK_KINDS - 1));
        o->unread = lock_decode(abis[i % 2], o->kind, bytes, lock_size(o->kind), &o->words);
        scene.whole = draw(2) == 0;
        scene.nobody = draw(8) == 0;
        lock_judge(&scene);
        HOLD(lock_text(&scene, o, ringd, NULL, text, sizeof text) < sizeof text);
        HOLD(!lock_is_dead(o) || o->owners == 0);
        HOLD(o->unread == NULL || (!lock_is_dead(o) && !o->apart));
    }
}

/* ---- owners ---- */

TEST(a_number_is_of_its_namespace)
{
    new_scene();
    add_task(5, 21663)->own = 2;
    (void)add_task(6, 21700);
    struct lock_object *o = add_mutex(0, 2);
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "mutex shared held 5/21663 ringd");
    task[1].own = 2; /* another namespace has that number too */
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "mutex shared held 5/21663 ringd or 6/21700");
}

/* Thread 2 of a namespace that is gone may have locked it, and thread 2 of this one waits. */
TEST(several_namespaces_prove_no_owner)
{
    new_scene();
    struct lock_task *t = add_task(5, 21663);
    t->own = 2;
    t->nested = true;
    wait_at(t, 0x10);
    struct lock_object *o = add_mutex(0x10, 2);
    ck_assert_str_eq(rings(), "");
    ck_assert_str_eq(text_of(o), "mutex shared held perhaps 5/21663 ringd waiters 21663");
    t->own = 21663; /* ours has the lock, and another namespace uses the segment */
    t->nested = false;
    o->words.owner = 21663;
    ck_assert_str_eq(rings(), "21663>10 ; ");
    ck_assert_str_eq(text_of(o), "mutex shared held 5/21663 ringd waiters 21663");
    add_task(6, 21700)->nested = true;
    ck_assert_str_eq(rings(), "");
    ck_assert_str_eq(text_of(o), "mutex shared held perhaps 5/21663 ringd waiters 21663");
    scene.tasks = 1;
    scene.inside = true; /* or may use it, where we do not see it */
    ck_assert_str_eq(rings(), "");
    ck_assert_str_eq(text_of(o), "mutex shared held perhaps 5/21663 ringd waiters 21663");
}

/* That no user has the number is not enough: one that has unmapped the segment is no user. */
TEST(dead_only_where_nobody_has_the_number)
{
    new_scene();
    (void)add_task(5, 7);
    struct lock_object *o = add_mutex(0, 4711);
    lock_judge(&scene);
    ck_assert(!lock_is_dead(o));
    ck_assert_str_eq(text_of(o), "mutex shared owner not seen 4711");
    o->absent = true;
    lock_judge(&scene);
    ck_assert(lock_is_dead(o));
    ck_assert_str_eq(text_of(o), "mutex shared dead owner 4711");
    scene.whole = false; /* which does not matter where all threads were seen */
    lock_judge(&scene);
    ck_assert(lock_is_dead(o));
    o->moved = true;
    lock_judge(&scene);
    ck_assert(!lock_is_dead(o));
}

TEST(a_zombie_has_nothing)
{
    new_scene();
    add_task(5, 5)->ended = true;
    (void)add_task(5, 7);
    struct lock_object *o = add_mutex(0, 5);
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "mutex shared owner not seen 5");
    o->absent = true;
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "mutex shared dead owner 5");
}

TEST(nobody_is_left)
{
    new_scene();
    struct lock_object *o = add_mutex(0, 0), *r = add_mutex(64, 0);
    o->words.state = LOCK_HELD; /* whose owner its words do not say */
    r->kind = LOCK_RWLOCK;
    r->words = (struct lock_words){.state = LOCK_READERS, .counted = true, .value = 2};
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "mutex shared held owner not kept");
    ck_assert_str_eq(text_of(r), "rwlock read by 2");
    scene.nobody = true;
    lock_judge(&scene);
    ck_assert(lock_is_dead(o) && lock_is_dead(r));
    ck_assert_str_eq(text_of(o), "mutex shared dead owner");
    ck_assert_str_eq(text_of(r), "rwlock dead readers 2");
    scene.whole = false;
    lock_judge(&scene);
    ck_assert(!lock_is_dead(o) && !lock_is_dead(r));
}

/* ---- waiters ---- */

TEST(waiters_by_where_they_sleep)
{
    new_scene();
    wait_at(add_task(5, 7), 0x33);
    wait_at(add_task(5, 8), 0x10);
    wait_at(add_task(6, 9), 0x38); /* right after it */
    (void)add_task(6, 10);
    struct lock_object *o = add_mutex(0x10, 10), *next = add_mutex(0x40, 0);
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "mutex shared held 6/10 waiters 7,8");
    ck_assert_str_eq(text_of(next), "mutex shared free");
}

TEST(unknown_is_not_none)
{
    new_scene();
    wait_at(add_task(5, 7), 0x10);
    struct lock_object *o = add_mutex(0x10, 7), *free_one = add_mutex(0x40, 0);
    scene.asleep = false;
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "mutex shared held 5/7 ringd waiters 7,?");
    ck_assert_str_eq(text_of(free_one), "mutex shared free waiters ?");
    scene.asleep = true;
    scene.whole = false; /* its words speak of one whom nobody saw */
    free_one->words.waited = true;
    lock_judge(&scene);
    ck_assert_str_eq(text_of(free_one), "mutex shared free waiters ?");
    ck_assert_str_eq(text_of(o), "mutex shared held 5/7 ringd waiters 7");
}

TEST(a_private_futex_is_not_shared)
{
    new_scene();
    struct lock_task *t = add_task(5, 7);
    wait_at(t, 0x10);
    struct lock_object *o = add_mutex(0x10, 0);
    o->kind = LOCK_COND;
    o->words = (struct lock_words){.state = LOCK_COUNTS};
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "cond waiters 7");
    t->apart = true;
    lock_judge(&scene);
    ck_assert_str_eq(text_of(o), "cond not shared waiters 7");
}

TEST(a_line_that_is_cut)
{
    char small[12];
    new_scene();
    (void)add_task(5, 7);
    struct lock_object *o = add_mutex(0x10, 7);
    lock_judge(&scene);
    size_t n = lock_text(&scene, o, ringd, NULL, small, sizeof small);
    ck_assert_uint_eq(n, strlen(text_of(o)));
    ck_assert_str_eq(small, "mutex share");
    ck_assert_uint_eq(lock_text(&scene, o, ringd, NULL, NULL, 0), n);
}

/* ---- rings ---- */

TEST(two_locks_the_wrong_way_round)
{
    new_scene();
    wait_at(add_task(812, 815), 0x44);
    wait_at(add_task(830, 830), 0x10);
    (void)add_mutex(0x10, 815);
    (void)add_mutex(0x40, 830);
    ck_assert_str_eq(rings(), "815>40 830>10 ; ");
    task[1].timed = true; /* it gives up by itself */
    ck_assert_str_eq(rings(), "");
    task[1].timed = false;
    object[1].moved = true;
    ck_assert_str_eq(rings(), "");
}

TEST(one_lock_twice)
{
    new_scene();
    wait_at(add_task(5, 7), 0x10);
    (void)add_mutex(0x10, 7);
    ck_assert_str_eq(rings(), "7>10 ; ");
}

/* Threads that went on and came back make no deadlock. */
TEST(those_who_slept_throughout)
{
    const struct lock_step ring[] = {{0, 1}, {1, 0}};
    new_scene();
    add_task(812, 815)->sleeps = 4;
    add_task(830, 830)->sleeps = 9;
    (void)add_mutex(0x10, 815);
    (void)add_mutex(0x40, 830);
    uint64_t first = lock_ring_proof(&scene, ring, 2);
    ck_assert_uint_ne(first, 0);
    ck_assert_uint_eq(lock_ring_proof(&scene, ring, 2), first);
    task[1].sleeps++;
    ck_assert_uint_ne(lock_ring_proof(&scene, ring, 2), first);
    task[1].sleeps--;
    task[0].tid++;
    ck_assert_uint_ne(lock_ring_proof(&scene, ring, 2), first);
    task[0].tid--;
    object[0].offset++;
    ck_assert_uint_ne(lock_ring_proof(&scene, ring, 2), first);
    object[0].offset--;
    ck_assert_uint_eq(lock_ring_proof(&scene, ring, 2), first);
    task[0].sleeps = 0; /* not known */
    ck_assert_uint_eq(lock_ring_proof(&scene, ring, 2), 0);
}

/* These look who has them, and do not let their owner wait: it is another with its number. */
TEST(locks_that_cannot_wait_for_their_owner)
{
    new_scene();
    wait_at(add_task(5, 7), 0x10);
    struct lock_object *o = add_mutex(0x10, 7);
    o->words.recursive = true;
    ck_assert_str_eq(rings(), "");
    o->words.recursive = false;
    o->words.errorcheck = true;
    ck_assert_str_eq(rings(), "");
    o->words.errorcheck = false;
    o->words.pi = true;
    ck_assert_str_eq(rings(), "");
    o->words.pi = false;
    o->kind = LOCK_RWLOCK;
    ck_assert_str_eq(rings(), "");
    o->kind = LOCK_MUTEX;
    o->words.robust = true;
    ck_assert_str_eq(rings(), "7>10 ; ");
}

/* Its length is bounded by the locks alone. */
TEST(a_long_ring)
{
    enum { LONG = 4096, TAIL = 20000 };
    struct lock_task *tasks = calloc(LONG + TAIL, sizeof *tasks);
    struct lock_object *objects = calloc(LONG, sizeof *objects);
    struct lock_step *steps = calloc(LONG, sizeof *steps);
    uint32_t *waiters = calloc(LONG + TAIL, sizeof *waiters),
             *marks = calloc(LONG + TAIL, sizeof *marks), from = 0;
    ck_assert(tasks && objects && steps && waiters && marks);
    for (uint32_t i = 0; i < LONG; i++) {
        objects[i] =
            (struct lock_object){.offset = i * (uint64_t)64, .size = 40, .kind = LOCK_MUTEX};
        objects[i].words = (struct lock_words){.state = LOCK_HELD, .owner = TAIL + i + 1};
    }
    for (uint32_t i = 0; i < TAIL; i++) /* who wait for the first lock, and are in no ring */
        tasks[i] = (struct lock_task){.tid = i + 1, .own = i + 1, .waits = true};
    for (uint32_t i = 0; i < LONG; i++)
        tasks[TAIL + i] = (struct lock_task){.tid = TAIL + i + 1,
                                             .own = TAIL + i + 1,
                                             .waits = true,
                                             .at = (i + 1) % LONG * (uint64_t)64};
    struct lock_scene s = {.object = objects,
                           .objects = LONG,
                           .task = tasks,
                           .tasks = LONG + TAIL,
                           .waiter = waiters,
                           .mark = marks,
                           .whole = true,
                           .asleep = true};
    lock_judge(&s);
    ck_assert_uint_eq(lock_ring(&s, &from, steps), LONG);
    for (uint32_t i = 0; i < LONG; i++) {
        ck_assert_uint_eq(steps[i].task, TAIL + i);
        ck_assert_uint_eq(steps[i].object, (i + 1) % LONG);
    }
    ck_assert_uint_eq(lock_ring(&s, &from, steps), 0);
    free(tasks);
    free(objects);
    free(steps);
    free(waiters);
    free(marks);
}

TEST(a_chain_is_no_ring)
{
    new_scene();
    wait_at(add_task(5, 7), 0x10);
    wait_at(add_task(5, 8), 0x40);
    (void)add_task(5, 9);
    (void)add_mutex(0x10, 8);
    (void)add_mutex(0x40, 9);
    ck_assert_str_eq(rings(), "");
    wait_at(&task[2], 0x40); /* the last one waits for itself; the others hang on it */
    ck_assert_str_eq(rings(), "9>40 ; ");
}

TEST(rings_are_found_once)
{
    new_scene();
    wait_at(add_task(1, 1), 0x40);
    wait_at(add_task(1, 2), 0x70);
    wait_at(add_task(1, 3), 0x10);
    wait_at(add_task(1, 4), 0xd0);
    wait_at(add_task(1, 5), 0xa0);
    (void)add_mutex(0x10, 1);
    (void)add_mutex(0x40, 2);
    (void)add_mutex(0x70, 3);
    (void)add_mutex(0xa0, 4);
    (void)add_mutex(0xd0, 5);
    ck_assert_str_eq(rings(), "1>40 2>70 3>10 ; 4>d0 5>a0 ; ");
}

TEST(a_condition_makes_no_ring)
{
    new_scene();
    wait_at(add_task(5, 7), 0x10);
    add_mutex(0x10, 7)->kind = LOCK_SEM;
    ck_assert_str_eq(rings(), "");
}

SUITE(test_core_lock,
      TESTS(words_of_live_locks, words_that_are_none, layouts_that_are_not_known,
            the_library_by_its_file, any_bytes_will_do, a_number_is_of_its_namespace,
            several_namespaces_prove_no_owner, dead_only_where_nobody_has_the_number,
            a_zombie_has_nothing, nobody_is_left, waiters_by_where_they_sleep, unknown_is_not_none,
            a_private_futex_is_not_shared, a_line_that_is_cut, two_locks_the_wrong_way_round,
            one_lock_twice, those_who_slept_throughout, locks_that_cannot_wait_for_their_owner,
            a_long_ring, a_chain_is_no_ring, rings_are_found_once, a_condition_makes_no_ring));
