/* locks: owners that are not there any more, and deadlocks. */
#include <pthread.h>

#include "support/lock_peer.h"

/* ---- owners that are not there any more ---- */

TEST_LOOP(an_owner_that_was_killed, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *first = PEER("init", "main:recursive", "main:errorcheck", "kill");
    int dead = (int)first->pid;
    (void)waitpid(first->pid, NULL, 0);
    struct lock_peer *p = PEER("wait:recursive");
    if (hides_somebody())
        return;
    expect("0x30 [0] mutex recursive,shared dead owner%s waiters %d\n"
           "0x58 [1] mutex errorcheck,shared dead owner%s\n",
           dead_number(_i, dead), tid_of(p, "wait:recursive", 0), dead_number(_i, dead));
    comes_to_say(1, "pthread_mutex_t[2]@0x30");
    first->pid = p->pid;
    peers_end();
}

/* Nobody is left: who had a lock is dead, also where its words do not say who that was. */
TEST_LOOP(nobody_is_left, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p = PEER("init", "main:normal", "kill");
    (void)waitpid(p->pid, NULL, 0);
    if (hides_somebody())
        return;
    const struct ran *r =
        RUN("locks", name, "--type", "pthread_mutex_t@8", "--libc", _i == GLIBC ? "glibc" : "musl");
    expect("0x8 pthread_mutex_t mutex shared dead owner%s\n", dead_number(_i, (int)p->pid));
    bool unread = strstr(r->out, "not kept") != NULL; /* musl; a process that could not be read */
    ck_assert_msg(unread || (r->status == 1 && strcmp(r->out, expected) == 0), "%s%s", r->out,
                  r->err);
    ck_assert(!unread || _i == MUSL);
}

TEST_LOOP(a_zombie_is_dead, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *first = PEER("init", "main:recursive", "kill");
    siginfo_t info;
    ck_assert_int_eq(waitid(P_PID, (id_t)first->pid, &info, WEXITED | WNOWAIT), 0);
    (void)PEER("wait:cond");
    if (hides_somebody())
        return;
    ck_assert_int_eq(kill(first->pid, 0), 0); /* its number is still taken */
    expect("0x30 pthread_mutex_t mutex recursive,shared dead owner%s\n",
           dead_number(_i, (int)first->pid));
    comes_to_say(1, "pthread_mutex_t@0x30");
    peers_end();
}

/* A thread that ended with the lock, and a first thread that did. */
TEST_LOOP(a_thread_that_ended, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p = PEER("init", "end:recursive", "wait:recursive", "main:errorcheck",
                               "wait:errorcheck", "exit-main");
    if (hides_somebody())
        return;
    expect("0x30 [0] mutex recursive,shared dead owner%s waiters %d\n"
           "0x58 [1] mutex errorcheck,shared dead owner%s waiters %d\n",
           dead_number(_i, tid_of(p, "end:recursive", 0)), tid_of(p, "wait:recursive", 0),
           dead_number(_i, (int)p->pid), tid_of(p, "wait:errorcheck", 0));
    comes_to_say(1, "pthread_mutex_t[2]@0x30");
    peers_end();
}

/* The number is that of a process that does not map the segment: it may have the lock all the same,
 * or be another one by now. */
TEST_LOOP(a_number_that_is_used_again, LIBCS)
{
    NEEDS_PEER(_i);
    char number[16], offset[16], note[128];
    struct lock_peer *p = PEER("init", "take:errorcheck", "wait:errorcheck");
    if (hides_somebody())
        return;
    pid_t other = fork();
    if (other == 0) {
        leave_with_us();
        for (;;)
            pause();
    }
    (void)snprintf(number, sizeof number, "%d", (int)other);
    (void)snprintf(offset, sizeof offset, "0x%x", _i == GLIBC ? 0x58 + 8 : 0x58 + 4);
    ck_assert_int_eq(RUN("poke", name, offset, number, "--as", "u32")->status, 0);
    expect("0x58 pthread_mutex_t mutex errorcheck,shared owner not seen %d waiters %d\n",
           (int)other, tid_of(p, "wait:errorcheck", 0));
    const struct ran *r = comes_to_say(0, "pthread_mutex_t@0x58");
    (void)snprintf(note, sizeof note, "owner %d: thread %d/%d is alive, and is not seen to map it",
                   (int)other, (int)other, (int)other);
    ck_assert_msg(strstr(r->err, note) != NULL, "%s", r->err);
    (void)kill(other, SIGKILL);
    (void)waitpid(other, NULL, 0);
    expected[0] = '\0';
    expect("0x58 pthread_mutex_t mutex errorcheck,shared dead owner %d waiters %d\n", (int)other,
           tid_of(p, "wait:errorcheck", 0));
    comes_to_say(1, "pthread_mutex_t@0x58");
    peers_end();
}

/* It locks, unmaps the segment, and lives. */
TEST(an_owner_that_has_unmapped_it)
{
    NEEDS_PEER(GLIBC);
    (void)PEER("init", "wait:cond");
    int ends[2];
    char byte;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t other = fork();
    if (other == 0) {
        leave_with_us();
        int fd = shm_open(name, O_RDWR, 0);
        uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        (void)close(fd);
        if (p != MAP_FAILED && pthread_mutex_lock((pthread_mutex_t *)(void *)(p + 8)) == 0 &&
            munmap(p, 4096) == 0)
            (void)!write(ends[1], "l", 1);
        for (;;)
            pause();
    }
    ck_assert_int_eq((int)read(ends[0], &byte, 1), 1);
    expect("0x8 pthread_mutex_t mutex shared owner not seen %d\n", (int)other);
    comes_to_say(0, "pthread_mutex_t@8");
    (void)kill(other, SIGKILL);
    (void)waitpid(other, NULL, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    if (hides_somebody())
        return;
    expected[0] = '\0';
    expect("0x8 pthread_mutex_t mutex shared dead owner %d\n", (int)other);
    comes_to_say(1, "pthread_mutex_t@8");
    peers_end();
}

/* However many locks have dead owners, all are said. */
TEST(many_dead_owners)
{
    enum { LOCKS = 60 };
    NEEDS_PEER(GLIBC);
    (void)PEER("init", "wait:cond");
    if (hides_somebody())
        return;
    int fd = shm_open(name, O_RDWR, 0);
    uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    (void)close(fd);
    for (uint32_t i = 0; i < LOCKS; i++) {
        const uint32_t words[] = {1, 0, UINT32_C(0x3fff0000) + i, 1, 128};
        memcpy(p + 1024 + 40 * i, words, sizeof words);
        expect("0x%x [%u] mutex shared dead owner %u\n", 1024 + 40 * i, i, words[2]);
    }
    (void)munmap(p, 4096);
    comes_to_say(1, "pthread_mutex_t[60]@0x400");
    peers_end();
}

TEST_LOOP(an_owner_in_a_pid_namespace, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p =
        obeyed(true, (const char *const[]){"init", "main:recursive", "wait:recursive", NULL});
    if (p->pid == 0)
        SKIP("no PID namespaces here");
    ck_assert_int_eq(tid_of(p, "main:recursive", 0), 1);
    int waiter = 0;
    for (int tid = (int)p->pid + 1; waiter == 0 && tid < (int)p->pid + 1000; tid++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/proc/%d/task/%d", (int)p->pid, tid);
        waiter = access(path, F_OK) == 0 ? tid : 0;
    }
    expect("0x30 pthread_mutex_t mutex recursive,shared held perhaps %d/%d lockpeer waiters %d\n",
           (int)p->pid, (int)p->pid, waiter);
    const struct ran *r = comes_to_say(0, "pthread_mutex_t@0x30");
    ck_assert_ptr_nonnull(strstr(r->err, "in several PID namespaces"));
    peers_end();
}

/* The system sees the owner of a robust mutex die. */
TEST_LOOP(a_robust_mutex_outlives_its_owner, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *first = PEER("init", "main:robust", "kill");
    int pid = (int)first->pid;
    (void)waitpid(first->pid, NULL, 0);
    (void)PEER("wait:cond");
    expect("0x80 pthread_mutex_t mutex robust,shared dead owner%s\n", dead_number(_i, pid));
    comes_to_say(1, "pthread_mutex_t@0x80");
    struct lock_peer *heir = PEER("take:robust");
    expected[0] = '\0';
    expect("0x80 pthread_mutex_t mutex robust,shared held %d/%d lockpeer inconsistent\n",
           (int)heir->pid, tid_of(heir, "take:robust", 0));
    comes_to_say(0, "pthread_mutex_t@0x80");
    first->pid = heir->pid;
    peers_end();
}

/* Another user, who may look into none: a number that no process at all has is a dead one's. */
TEST(what_others_can_know)
{
    NEEDS_PEER(GLIBC);
    struct lock_peer *p = PEER("init", "main:normal", "kill");
    (void)waitpid(p->pid, NULL, 0);
    if (hides_somebody())
        return;
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert(fd >= 0 && fchmod(fd, 0644) == 0);
    close(fd);
    const struct ran *r = RUN_NOBODY("locks", name, "--type", "pthread_mutex_t@8");
    if (r == NULL)
        return;
    expect("0x8 pthread_mutex_t mutex shared dead owner %d\n", (int)p->pid);
    ck_assert_msg(r->status == 1 && strcmp(r->out, expected) == 0, "%s%s", r->out, r->err);
}

/* Whoever takes it from a dead owner has to say that it is mended, or nobody can take it any more.
 */
TEST_LOOP(a_robust_mutex_that_is_lost, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *first = PEER("init", "main:robust", "kill");
    (void)waitpid(first->pid, NULL, 0);
    struct lock_peer *p = PEER("waste:robust");
    expect("0x80 pthread_mutex_t mutex robust,shared not recoverable\n");
    comes_to_say(0, "pthread_mutex_t@0x80");
    first->pid = p->pid;
    peers_end();
}

/* ---- deadlocks ---- */

TEST_LOOP(two_locks_the_wrong_way_round, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p =
        PEER("init", "both:recursive,errorcheck", "both:errorcheck,recursive", "go");
    int pid = (int)p->pid, a = tid_of(p, "both:recursive,errorcheck", 0),
        b = tid_of(p, "both:errorcheck,recursive", 0);
    expect("0x30 [0] mutex recursive,shared held %d/%d lockpeer waiters %d\n"
           "0x58 [1] mutex errorcheck,shared held %d/%d lockpeer waiters %d\n"
           "deadlock %d/%d -> 0x58 -> %d/%d -> 0x30\n",
           pid, a, b, pid, b, a, pid, a, pid, b);
    comes_to_say(1, "pthread_mutex_t[2]@0x30");
    const struct ran *r = RUN("locks", name, "--type", "pthread_mutex_t[2]@0x30", "--json");
    json_t *all = run_json(r);
    json_t *ring = json_array_get(json_object_get(all, "deadlocks"), 0);
    ck_assert_int_eq(r->status, 1);
    ck_assert_uint_eq(json_array_size(ring), 2);
    ck_assert_int_eq(told_number(json_array_get(ring, 0), "tid"), a);
    ck_assert_int_eq(told_number(json_array_get(ring, 0), "waits"), 0x58);
    ck_assert_int_eq(told_number(json_array_get(ring, 1), "pid"), pid);
    json_decref(all);
    peers_end();
}

/* Two processes; and one that gives up by itself makes no deadlock. */
TEST_LOOP(between_two_processes, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p = PEER("init", "take:errorcheck", "both:recursive,robust");
    struct lock_peer *q = PEER("both:robust,recursive", "timed:errorcheck", "go");
    int a = tid_of(p, "both:recursive,robust", 0), b = tid_of(q, "both:robust,recursive", 0);
    expect("0x30 [0] mutex recursive,shared held %d/%d lockpeer waiters %d\n"
           "0x58 [1] mutex errorcheck,shared held %d/%d lockpeer waiters %d\n"
           "0x80 [2] mutex robust,shared held %d/%d lockpeer waiters %d\n"
           "deadlock %d/%d -> 0x80 -> %d/%d -> 0x30\n",
           (int)p->pid, a, b, (int)p->pid, tid_of(p, "take:errorcheck", 0),
           tid_of(q, "timed:errorcheck", 0), (int)q->pid, b, a, (int)p->pid, a, (int)q->pid, b);
    comes_to_say(1, "pthread_mutex_t[3]@0x30");
    peers_end();
}

SUITE(test_program_cli_locks_dead, .set_up = set_up, .tear_down = tear_down,
      TESTS(an_owner_that_was_killed, nobody_is_left, a_zombie_is_dead, a_thread_that_ended,
            a_number_that_is_used_again, an_owner_that_has_unmapped_it, many_dead_owners,
            an_owner_in_a_pid_namespace, a_robust_mutex_outlives_its_owner,
            a_robust_mutex_that_is_lost, what_others_can_know, two_locks_the_wrong_way_round,
            between_two_processes));
