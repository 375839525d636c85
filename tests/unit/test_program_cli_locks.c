/* locks: what is in real programs, who holds it and who waits for it. */
#include <semaphore.h>

#include "core/lock/find.h"
#include "propose/locks.h"
#include "support/lock_peer.h"

/* ---- kinds, with their owners alive ---- */

TEST_LOOP(every_kind_of_lock, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p =
        PEER("init", "main:normal", "twice:recursive", "take:errorcheck", "take:robust", "take:pi",
             "take:robust_pi", "main:alone", "take:rwlock", "wait:normal", "wait:robust", "wait:pi",
             "wait:rwlock", "wait:cond", "wait:barrier", "take:sem", "take:sem", "some:2,sem");
    int pid = (int)p->pid;
    bool musl = _i == MUSL;
    if (musl)
        expect("0x8 normal mutex shared held owner not kept waiters %d\n",
               tid_of(p, "wait:normal", 0));
    else
        expect("0x8 normal mutex shared held %d/%d lockpeer waiters %d\n", pid, pid,
               tid_of(p, "wait:normal", 0));
    expect("0x30 recursive mutex recursive,shared held %d/%d lockpeer depth 2\n", pid,
           tid_of(p, "twice:recursive", 0));
    expect("0x58 errorcheck mutex errorcheck,shared held %d/%d lockpeer\n", pid,
           tid_of(p, "take:errorcheck", 0));
    expect("0x80 robust mutex robust,shared held %d/%d lockpeer waiters %d\n", pid,
           tid_of(p, "take:robust", 0), tid_of(p, "wait:robust", 0));
    expect("0xa8 pi mutex pi,shared held %d/%d lockpeer waiters %d\n", pid, tid_of(p, "take:pi", 0),
           tid_of(p, "wait:pi", 0));
    expect("0xd0 robust_pi mutex robust,pi,shared held %d/%d lockpeer\n", pid,
           tid_of(p, "take:robust_pi", 0));
    if (musl)
        expect("0xf8 alone mutex not shared held owner not kept\n"
               "0x120 destroyed mutex shared free\n" /* musl leaves no trace of that */
               "0x148 rwlock rwlock shared held owner not kept waiters %d\n",
               tid_of(p, "wait:rwlock", 0));
    else
        expect("0xf8 alone mutex not shared held %d/%d lockpeer\n0x120 destroyed mutex destroyed\n"
               "0x148 rwlock rwlock shared held %d/%d lockpeer waiters %d\n",
               pid, pid, pid, tid_of(p, "take:rwlock", 0), tid_of(p, "wait:rwlock", 0));
    expect("0x180 cond cond%s waiters %d\n", musl ? " shared" : "", tid_of(p, "wait:cond", 0));
    expect("0x1b0 sem sem shared value 0 waiters %d,%d\n", tid_of(p, "some:2,sem", 0),
           tid_of(p, "some:2,sem", 1));
    expect("0x1d0 barrier barrier shared arrived 1 of 3 waiters %d\n",
           tid_of(p, "wait:barrier", 0));
    expect("0x1f0 beside mutex shared free\n0x218 more[0] mutex recursive,robust,shared free\n"
           "0x240 more[1] mutex errorcheck,robust,shared free\n");
    comes_to_say(0, "struct locks");
    peers_end();
}

TEST_LOOP(read_locks_are_counted, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p = PEER("init", "read:rwlock", "read:rwlock", "wait:rwlock");
    expect("0x148 pthread_rwlock_t rwlock shared read by 2 waiters %d\n",
           tid_of(p, "wait:rwlock", 0));
    comes_to_say(0, "pthread_rwlock_t@0x148");
    peers_end();
}

/* Between two programs, with the process of the owner first. */
TEST_LOOP(waiters_of_another_process, LIBCS)
{
    NEEDS_PEER(_i);
    struct lock_peer *p = PEER("init", "take:robust");
    struct lock_peer *q = PEER("wait:robust", "wait:cond", "some:3,sem", "wait:barrier");
    (void)q;
    expect("0x80 pthread_mutex_t mutex robust,shared held %d/%d lockpeer waiters %d\n", (int)p->pid,
           tid_of(p, "take:robust", 0), tid_of(q, "wait:robust", 0));
    comes_to_say(0, "pthread_mutex_t@0x80");
    peers_end();
}

/* ---- where they lie, and what cannot be known ---- */

/* A program that has debug information needs no type: a pointer of it leads there. */
TEST_LOOP(without_a_type, LIBCS)
{
    SKIP_WITHOUT_DEBUG();
    NEEDS_PEER(_i);
    struct lock_peer *p = PEER("init", "take:robust");
    char line[128];
    (void)snprintf(line, sizeof line, "\n0x80 robust mutex robust,shared held %d/%d lockpeer\n",
                   (int)p->pid, tid_of(p, "take:robust", 0));
    const struct ran *r = RUN("locks", name);
    ck_assert_msg(r->status == 0 && strstr(r->out, line) != NULL &&
                      strstr(r->out, "\n0x240 more[1] mutex errorcheck,robust,shared free\n") !=
                          NULL,
                  "%s%s", r->out, r->err);
    r = RUN("locks", name, "--type", "struct locks"); /* of the debug information */
    ck_assert_msg(r->status == 0 && strstr(r->out, line) != NULL, "%s%s", r->out, r->err);
    peers_end();
}

/* A name that a terminal would take for a command. */
TEST(names_are_escaped)
{
    NEEDS_PEER(GLIBC);
    struct lock_peer *p = PEER("rename", "init", "main:normal");
    expect("0x8 pthread_mutex_t mutex shared held %d/%d a\\x1b[31mb c\n", (int)p->pid, (int)p->pid);
    comes_to_say(0, "pthread_mutex_t@8");
    const struct ran *r = RUN("locks", name, "--type", "pthread_mutex_t@8", "--json");
    ck_assert_ptr_nonnull(strstr(r->out, "\"name\":\"a\\\\x1b[31mb c\""));
    peers_end();
}

/* std::mutex and the like are those of POSIX threads, and work within one process only. */
TEST(locks_of_cpp)
{
    SKIP_WITHOUT_DEBUG();
    if (!compiled("c++", "-g -std=c++17 -pthread", "locks.cc", program))
        SKIP("there is no compiler for C++17");
    NEEDS_FIRST_PID_NAMESPACE();
    struct debug_peer p = peer_on(program, name);
    int pid = (int)p.pid;
    expect("0x8 lock mutex not shared held %d/%d lockpeer\n"
           "0x30 readers rwlock not shared read by 1\n0x68 ready cond\n"
           "0xa0 inner[0].twice mutex recursive not shared free\n"
           "0xd0 inner[1].twice mutex recursive not shared held %d/%d lockpeer depth 2\n",
           pid, pid, pid, pid);
    RUN_PRINTS(0, expected, "locks", name);
    RUN_PRINTS(0, expected, "locks", name, "--type", "acme::Board");
    peer_ends(&p);
}

TEST(lines_of_a_layout_file)
{
    char file[512];
    const unsigned char zero[4096] = {0};
    (void)snprintf(file, sizeof file, "%s", run_path("at.layout"));
    FILE *f = fopen(file, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f, "struct s { int n; sem_t sem[2]; };\nat %s 0x40: struct s\n", name);
    fclose(f);
    run_make(name, zero, sizeof zero, sizeof zero);
    RUN_PRINTS(0,
               "0x48 sem[0] sem not shared value 0\n"
               "0x68 sem[1] sem not shared value 0\n",
               "locks", name, "--types", file);
}

TEST(a_named_semaphore)
{
    char sem[128], shown[160];
    (void)snprintf(sem, sizeof sem, "/shmlens-test-%d", (int)getpid());
    (void)snprintf(shown, sizeof shown, "/sem.%s", sem + 1);
    remover_segment(shown);
    sem_t *s = sem_open(sem, O_CREAT | O_EXCL, 0600, 0);
    ck_assert_ptr_ne(s, SEM_FAILED);
    pid_t child = fork();
    if (child == 0) {
        leave_with_us();
        (void)sem_wait(s);
        _exit(0);
    }
    name = shown;
    char line[128];
    (void)snprintf(line, sizeof line, "0x0 sem_t sem shared value 0 waiters %d\n", (int)child);
    const struct ran *r = NULL;
    for (int i = 0; i < 100; i++) {
        r = RUN("locks", shown);
        if (strcmp(r->out, line) == 0)
            break;
        usleep(20000);
    }
    ck_assert_msg(r->status == 0 && strcmp(r->out, line) == 0, "%s%s", r->out, r->err);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    (void)sem_close(s);
    (void)sem_unlink(sem);
}

/* Another user: nothing is proved, and what is missing is said. */
TEST(without_the_right_to_look)
{
    NEEDS_PEER(GLIBC);
    struct lock_peer *p = PEER("init", "main:normal", "wait:normal");
    expect("0x8 pthread_mutex_t mutex shared held %d/%d lockpeer waiters %d\n", (int)p->pid,
           (int)p->pid, tid_of(p, "wait:normal", 0));
    comes_to_say(0, "pthread_mutex_t@8");
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert(fd >= 0 && fchmod(fd, 0644) == 0);
    close(fd);
    const struct ran *r =
        RUN_NOBODY("locks", name, "--type", "pthread_mutex_t@8", "--libc", "glibc");
    if (r == NULL)
        return;
    expected[0] = '\0';
    expect("0x8 pthread_mutex_t mutex shared owner not seen %d waiters ?\n", (int)p->pid);
    ck_assert_msg(r->status == 0 && strcmp(r->out, expected) == 0, "%s%s", r->out, r->err);
    ck_assert_ptr_nonnull(strstr(r->err, "could not be read, which may use it: that needs root"));
    peers_end();
}

TEST(two_libraries)
{
    char glibc[512];
    NEEDS_PEER(GLIBC);
    (void)snprintf(glibc, sizeof glibc, "%s", program);
    (void)snprintf(program, sizeof program, "%s", run_path("muslpeer"));
    NEEDS_PEER(MUSL);
    struct lock_peer *p = PEER("init", "take:robust");
    (void)snprintf(program, sizeof program, "%s", glibc);
    (void)PEER("wait:cond");
    const struct ran *r = RUN("locks", name, "--type", "pthread_mutex_t@0x80");
    ck_assert_str_eq(r->out, "0x80 pthread_mutex_t mutex not decoded\n");
    ck_assert_ptr_nonnull(strstr(r->err, "different C libraries"));
    expect("0x80 pthread_mutex_t mutex robust,shared held %d/%d muslpeer\n", (int)p->pid,
           tid_of(p, "take:robust", 0));
    RUN_PRINTS(0, expected, "locks", name, "--type", "pthread_mutex_t@0x80", "--libc", "musl");
    peers_end();
}

TEST(what_is_refused)
{
    const unsigned char zero[4096] = {0};
    run_make(name, zero, sizeof zero, sizeof zero);
    RUN_FAILS("which types lie here is not known", "locks", name);
    RUN_FAILS("--libc: bionic: not a C library that is known", "locks", name, "--libc", "bionic");
    RUN_FAILS("no such type", "locks", name, "--type", "pthread_mutex");
    const struct ran *r = RUN("locks", name, "--type", "u64@8");
    ck_assert_msg(r->status == 0 && r->out_size == 0, "%s%s", r->out, r->err);
    ck_assert_ptr_nonnull(strstr(r->err, "no lock is in "));
    r = RUN("locks", name, "--type", "pthread_mutex_t@end-16");
    ck_assert_msg(r->status == 0, "%s", r->err);
    ck_assert_str_eq(r->out, "0xff0 pthread_mutex_t mutex not decoded\n");
    ck_assert_ptr_nonnull(strstr(r->err, "reaches past the end"));
}

TEST(as_json)
{
    NEEDS_PEER(GLIBC);
    struct lock_peer *p = PEER("init", "take:robust", "wait:robust");
    expect("0x80 pthread_mutex_t mutex robust,shared held %d/%d lockpeer waiters %d\n", (int)p->pid,
           tid_of(p, "take:robust", 0), tid_of(p, "wait:robust", 0));
    comes_to_say(0, "pthread_mutex_t@0x80");
    json_t *all =
        run_json(RUN("locks", name, "--types", header, "--type", "struct locks", "--json"));
    ck_assert_int_eq(told_number(all, "format"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(all, "libc")), "glibc");
    json_t *locks = json_object_get(all, "locks"), *o = json_array_get(locks, 3);
    ck_assert_uint_eq(json_array_size(locks), 15);
    ck_assert_int_eq(told_number(o, "offset"), 0x80);
    ck_assert_str_eq(json_string_value(json_object_get(o, "path")), "robust");
    ck_assert_str_eq(json_string_value(json_object_get(o, "kind")), "mutex");
    ck_assert_str_eq(json_string_value(json_object_get(o, "state")), "held");
    ck_assert_str_eq(json_string_value(json_object_get(o, "owner")), "alive");
    ck_assert_uint_eq(json_array_size(json_object_get(o, "attributes")), 2);
    json_t *owner = json_array_get(json_object_get(o, "owners"), 0);
    ck_assert_int_eq(told_number(owner, "tid"), tid_of(p, "take:robust", 0));
    json_t *waiter = json_array_get(json_object_get(o, "waiters"), 0);
    ck_assert_int_eq(told_number(waiter, "tid"), tid_of(p, "wait:robust", 0));
    ck_assert_str_eq(json_string_value(json_object_get(waiter, "name")), "lockpeer");
    json_decref(all);
    peers_end();
}

/* ---- nobody notices ---- */

TEST(nobody_is_stopped)
{
    NEEDS_PEER(GLIBC);
    struct lock_peer *p = PEER("init", "main:normal", "wait:normal");
    expect("0x8 pthread_mutex_t mutex shared held %d/%d lockpeer waiters %d\n", (int)p->pid,
           (int)p->pid, tid_of(p, "wait:normal", 0));
    comes_to_say(0, "pthread_mutex_t@8");
    long sleeps = status_of(p->pid, "voluntary_ctxt_switches:"),
         taken = status_of(p->pid, "nonvoluntary_ctxt_switches:");
    comes_to_say(0, "pthread_mutex_t@8");
    ck_assert_int_eq(status_of(p->pid, "TracerPid:"), 0);
    ck_assert_int_eq(status_of(p->pid, "voluntary_ctxt_switches:"), sleeps);
    ck_assert_int_eq(status_of(p->pid, "nonvoluntary_ctxt_switches:"), taken);
    const struct ran *r = RUN("locks", name, "--type", "pthread_mutex_t@8", "--calls");
    ck_assert_ptr_null(strstr(r->err, "ptrace("));
    peers_end();
}

/* Calls of the system that a look takes. */
static uint64_t calls_of(struct backend *be, const struct locks_ask *ask, size_t waiters)
{
    struct locks l;
    uint64_t before = backend_call_count(be);
    ck_assert(!oserr_is(locks_look(be, ask, &l)));
    ck_assert_uint_eq(l.scene.object[0].waiters, waiters);
    locks_free(&l);
    return backend_call_count(be) - before;
}

/* What one more thread costs is bounded, so 150 of them do not take longer than a blink. */
TEST(a_hundred_and_fifty_threads)
{
    NEEDS_PEER(GLIBC);
    char locator[256], path[] = "sem";
    struct lock_place place = {
        .offset = 0x1b0, .size = 32, .kind = LOCK_SEM, .libc = LIBC_GLIBC, .path = path};
    struct lock_places places = {.at = &place, .count = 1};
    struct lock_peer *p = PEER("init", "some:152,sem"); /* two of them get it */
    struct backend *be = backend_new();
    struct seg *seg = NULL;
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    struct locks_ask ask = {.seg = seg, .places = &places, .libc = LIBC_GLIBC};
    size_t waiters = 0;
    for (int i = 0; i < 200 && waiters != 150; i++) {
        struct locks l;
        ck_assert(!oserr_is(locks_look(be, &ask, &l)));
        waiters = l.scene.object[0].waiters;
        locks_free(&l);
        usleep(waiters == 150 ? 0 : 10000);
    }
    uint64_t many = calls_of(be, &ask, 150);
    (void)kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, NULL, 0);
    (void)PEER("init");
    uint64_t none = calls_of(be, &ask, 0);
    ck_assert_msg(many - none <= 152 * 7, "%u calls with them, %u without", (unsigned)many,
                  (unsigned)none);
    p->pid = peer[1].pid;
    seg_close(seg);
    backend_free(be);
    peers_end();
}

SUITE(test_program_cli_locks, .set_up = set_up, .tear_down = tear_down,
      TESTS(every_kind_of_lock, read_locks_are_counted, waiters_of_another_process, without_a_type,
            names_are_escaped, locks_of_cpp, lines_of_a_layout_file, a_named_semaphore,
            without_the_right_to_look, two_libraries, what_is_refused, as_json, nobody_is_stopped,
            a_hundred_and_fifty_threads));
