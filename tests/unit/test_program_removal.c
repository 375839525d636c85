/* Removing what was listed: a process that takes it meanwhile saves it, so does a new segment of
 * its name; what it leaves behind is said. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/os.h"
#include "cli/removal_text.h"
#include "list/contents.h"
#include "support/remover.h"
#include "support/suite.h"

static struct backend *be;
static char name[64], locator[80];
static struct seg_stat seen;
static pid_t child;

static void make(void)
{
    remover_segment(name);
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, 4096), 0);
    (void)close(fd);
}

static bool exists(void)
{
    int fd = shm_open(name, O_RDONLY, 0);
    (void)close(fd);
    return fd >= 0;
}

/* What the list says of it. */
static void look(void)
{
    struct seg_survey s;
    struct oserr e = seg_survey(be, 1u << SEG_POSIX, SEG_SURVEY_WHO, &s);
    ck_assert(!oserr_is(e));
    bool found = false;
    for (size_t i = 0; i < s.count; i++)
        if (strcmp(s.segs[i].locator, locator) == 0) {
            seen = s.segs[i].stat;
            found = true;
        }
    ck_assert(found);
    seg_survey_free(&s);
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(name, sizeof name, "/shmlens-test-%d-removal", (int)getpid());
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    make();
    look();
    child = 0;
}

static void tear_down(void)
{
    backend_free(be);
    (void)shm_unlink(name);
    if (child > 0)
        (void)waitpid(child, NULL, 0);
}

/* Another process that opens it, and has it until the other end of the pipe is closed. */
struct other {
    int end, ready;
};

/* Does not wait for it: while somebody has a lease, an open waits for that. */
static struct other other_begins(void)
{
    int go[2], ready[2];
    char byte = 0;
    ck_assert(pipe(go) == 0 && pipe(ready) == 0);
    child = fork();
    if (child == 0) {
        (void)close(go[1]);
        int fd = shm_open(name, O_RDWR, 0);
        if (fd < 0 || write(ready[1], "r", 1) != 1 || read(go[0], &byte, 1) != 0)
            _exit(1);
        _exit(0);
    }
    (void)close(go[0]);
    (void)close(ready[1]);
    return (struct other){go[1], ready[0]};
}

/* Its write end. */
static int other_has_it(struct other o)
{
    char byte = 0;
    ck_assert_int_eq(read(o.ready, &byte, 1), 1);
    (void)close(o.ready);
    return o.end;
}

static int other_process(void)
{
    return other_has_it(other_begins());
}

/* Is that process in a call that waits: for our lease, or for the pipe? */
static bool waits(pid_t pid)
{
    char path[64], state = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%*d (%*[^)]) %c", &state), 1);
    (void)fclose(f);
    return state == 'S' || state == 'D';
}

/* Once, right before the name is moved aside. */
static struct other taker;
static int taken;
static void take_it(void *ctx, const char *call)
{
    (void)ctx;
    if (strncmp(call, "rename", 6) != 0 || taken >= 0)
        return;
    taken = 0;
    taker = other_begins();
    while (!waits(child))
        continue;
}

static void replace_it(void *ctx, const char *call)
{
    char path[80];
    (void)ctx;
    if (strncmp(call, "rename", 6) != 0 || taken >= 0)
        return;
    (void)snprintf(path, sizeof path, "/dev/shm%s", name);
    taken = open(path, O_PATH); /* so that its number is not given again */
    (void)shm_unlink(name);
    make();
}

static struct oserr removed(unsigned flags, struct seg_who *who, bool *used)
{
    return removal_one(be, &(struct seg_removal){locator, &seen, flags, NULL}, who, used);
}

TEST(who_attaches_between_check_and_removal_saves_it)
{
    struct seg_who who;
    bool used = false;
    taken = -1;
    backend_before_call(be, take_it, NULL);
    struct oserr e = removed(0, &who, &used);
    backend_before_call(be, NULL, NULL);
    ck_assert_int_ge(taken, 0);
    taken = other_has_it(taker);
    ck_assert_uint_eq(e.code, SEG_E_IN_USE);
    ck_assert(exists());
    seg_who_free(&who);
    (void)close(taken);
}

TEST(a_new_segment_of_the_name_is_saved)
{
    struct seg_who who;
    bool used = false;
    taken = -1;
    backend_before_call(be, replace_it, NULL);
    struct oserr e = removed(0, &who, &used);
    backend_before_call(be, NULL, NULL);
    ck_assert_uint_eq(e.code, SEG_E_REPLACED);
    ck_assert(exists());
    seg_who_free(&who);
    e = removed(SEG_RM_FORCE, &who, &used); /* also by force, and when it was listed before */
    ck_assert_uint_eq(e.code, SEG_E_REPLACED);
    ck_assert(exists());
    seg_who_free(&who);
    (void)close(taken);
}

TEST(who_attaches_to_what_we_look_at_saves_it)
{
    struct seg_who who;
    struct seg *ours = NULL;
    bool used = false;
    struct oserr e = seg_open(be, locator, SEG_READ, &ours); /* now no lease proves anything */
    ck_assert(!oserr_is(e));
    taken = -1;
    backend_before_call(be, take_it, NULL);
    e = removed(0, &who, &used);
    backend_before_call(be, NULL, NULL);
    if (e.code == SEG_E_UNPROVED) { /* here are processes that even we may not read */
        ck_assert_uint_gt(who.unreadable, 0);
        ck_assert(exists());
        seg_who_free(&who);
        seg_close(ours);
        return;
    }
    ck_assert_int_ge(taken, 0);
    taken = other_has_it(taker);
    ck_assert_uint_eq(e.code, SEG_E_IN_USE);
    /* it has ours from the fork, too; mapped, where the system lets us look at it that way */
    ck_assert_uint_gt(who.mappers_count + who.holders_count, 0);
    ck_assert_uint_eq(who.mappers_count > 0 ? who.mappers[0].pid : who.holders[0].pid,
                      (uint32_t)child);
    ck_assert(exists());
    seg_who_free(&who);
    (void)close(taken);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    child = 0;
    e = removed(0, &who, &used); /* we alone do not save it */
    ck_assert(!oserr_is(e) && !exists());
    seg_who_free(&who);
    seg_close(ours);
}

/* Another segment gets its name before it is moved aside, and a third one before that is moved
 * back. */
static struct seg_stat second;
static void take_both(void *ctx, const char *call)
{
    int *renames = ctx;
    if (strncmp(call, "rename", 6) != 0)
        return;
    if (++*renames == 1) {
        taken = -1;
        replace_it(NULL, call);
        int fd = shm_open(name, O_RDONLY, 0);
        struct stat st;
        ck_assert_int_eq(fstat(fd, &st), 0);
        second = (struct seg_stat){.dev = st.st_dev, .ino = st.st_ino};
        (void)close(fd);
    } else {
        make();
    }
}

static bool unlink_locator(const char *of)
{
    return shm_unlink(of + strlen("posix:")) == 0;
}

TEST(what_cannot_get_its_name_back_is_said_and_kept)
{
    struct seg_who who;
    struct seg_survey s;
    struct out o;
    bool used = false;
    int renames = 0;
    backend_before_call(be, take_both, &renames);
    struct oserr e = removed(0, &who, &used);
    backend_before_call(be, NULL, NULL);
    ck_assert_uint_eq(e.code, SEG_E_ASIDE);
    out_text(&o, 4096);
    removal_why(&o, locator, e, &who);
    ck_assert_ptr_nonnull(strstr(o.buf, "/.shmlens-"));
    out_free(&o);
    seg_who_free(&who);
    (void)close(taken);
    e = seg_survey(be, 1u << SEG_POSIX, 0, &s);
    ck_assert(!oserr_is(e));
    size_t kept = 0;
    for (size_t i = 0; i < s.count; i++)
        if (seg_id_equal(seg_id_of(&s.segs[i].stat), seg_id_of(&second)) &&
            unlink_locator(s.segs[i].locator) && strcmp(s.segs[i].name, name + 1) == 0)
            kept++;
    ck_assert_uint_eq(kept, 1);
    seg_survey_free(&s);
}

TEST(by_force_it_says_who_is_left)
{
    struct seg_who who;
    struct out o;
    bool used = false;
    char line[64];
    int end = other_process();
    struct oserr e = removed(0, &who, &used);
    ck_assert(used && e.code == SEG_E_IN_USE);
    seg_who_free(&who);
    e = removed(SEG_RM_FORCE, &who, &used);
    ck_assert(!oserr_is(e) && used && !exists());
    out_text(&o, 4096);
    removal_left_behind(&o, &who);
    (void)snprintf(line, sizeof line, "still held open by %d ", (int)child);
    ck_assert_ptr_nonnull(strstr(o.buf, line));
    out_free(&o);
    seg_who_free(&who);
    (void)close(end);
}

TEST(what_is_gone_is_gone)
{
    struct seg_who who;
    struct out o;
    bool used = false;
    (void)shm_unlink(name);
    struct oserr e = removed(SEG_RM_FORCE, &who, &used);
    ck_assert_int_eq((int)oserr_kind(e), OSERR_K_MISSING);
    out_text(&o, 4096);
    removal_why(&o, locator, e, &who);
    ck_assert_str_eq(o.buf, "already gone");
    out_free(&o);
    seg_who_free(&who);
    ck_assert_ptr_null(seg_words("posix:/x")->irremovable);
    ck_assert_ptr_null(seg_words("sysv:1")->irremovable);
    ck_assert_ptr_nonnull(seg_words("fd:1/2")->irremovable);
    ck_assert_ptr_nonnull(seg_words("ns:1/x")->irremovable);
}

/* ---- who knocks while the lease is held ---- */

enum { PROOFS = 2000, BETWEEN_KNOCKS = 3000 };

static void prove_often(void *arg)
{
    for (int i = 0; i < PROOFS; i++) {
        struct seg_who who;
        struct oserr e =
            seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_DRY}, &who);
        (void)e; /* refused, when it was open at that moment */
        seg_who_free(&who);
    }
    *(volatile bool *)arg = true;
}

/* As in the terminal UI: the proof is made on another thread than the first. */
static void prove_on_a_thread(void)
{
    struct os_thread *t = NULL;
    volatile bool done = false;
    struct oserr e = os_thread_start(&t, prove_often, (void *)&done);
    if (oserr_is(e))
        _exit(2);
    os_thread_join(t);
    _exit(done ? 0 : 3);
}

TEST(who_knocks_while_it_is_proved_does_no_harm)
{
    int status = 0;
    child = fork();
    if (child == 0)
        for (;;) {
            int fd = shm_open(name, O_RDONLY, 0);
            (void)close(fd);
            for (volatile int i = 0; i < BETWEEN_KNOCKS; i = i + 1) /* most proofs are to succeed */
                continue;
        }
    pid_t prover = fork();
    if (prover == 0)
        prove_on_a_thread();
    ck_assert_int_eq(waitpid(prover, &status, 0), prover);
    (void)kill(child, SIGKILL);
    ck_assert_msg(WIFEXITED(status), "killed by signal %d", WTERMSIG(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* ---- all or nothing ---- */

static void ask_to_stop(void *ctx, const char *call)
{
    if (strncmp(call, "rename", 6) == 0)
        (void)kill(getpid(), *(const int *)ctx);
}

static bool left_aside(const char *of)
{
    struct seg_survey s;
    bool any = false;
    struct oserr e = seg_survey(be, 1u << SEG_POSIX, 0, &s);
    ck_assert(!oserr_is(e));
    for (size_t i = 0; i < s.count; i++)
        any = any || (strcmp(s.segs[i].name, of + 1) == 0 &&
                      strstr(s.segs[i].locator, "/.shmlens-") != NULL);
    seg_survey_free(&s);
    return any;
}

TEST(a_signal_waits_for_the_end_of_a_removal)
{
    static int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        int status = 0;
        if (i > 0)
            make();
        child = fork();
        if (child == 0) {
            (void)signal(signals[i], SIG_DFL);
            backend_before_call(be, ask_to_stop, &signals[i]);
            struct oserr e = seg_remove(be, &(struct seg_removal){.locator = locator}, NULL);
            _exit(oserr_is(e) ? 2 : 1);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        child = 0;
        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        ck_assert(!exists() && !left_aside(name));
    }
}

TEST(who_waits_for_the_lease_gets_it_under_its_name)
{
    struct stat there;
    struct seg_who who;
    bool used = false;
    taken = -1;
    backend_before_call(be, take_it, NULL);
    struct oserr e = removed(0, &who, &used);
    backend_before_call(be, NULL, NULL);
    taken = other_has_it(taker);
    ck_assert(used && e.code == SEG_E_IN_USE);
    ck_assert_int_eq((int)who.proof, SEG_PROOF_NONE);
    ck_assert_uint_gt(who.holders_count, 0); /* it is named, now that it has it */
    ck_assert_uint_eq(who.holders[0].pid, (uint32_t)child);
    seg_who_free(&who);
    int fd = shm_open(name, O_RDONLY, 0);
    ck_assert(fd >= 0 && fstat(fd, &there) == 0);
    ck_assert_uint_eq(there.st_ino, seen.ino);
    (void)close(fd);
    (void)close(taken);
}

TEST(what_was_left_aside_can_be_put_back)
{
    char left[120], text[400];
    (void)snprintf(left, sizeof left, "/.shmlens-%d-5-%s", (int)getpid(), name + 1);
    (void)snprintf(text, sizeof text, "posix:%s", left);
    remover_segment(left);
    int fd = shm_open(left, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    ck_assert(left_aside(name));
    struct oserr e = seg_put_back(be, text); /* we may be at it */
    ck_assert_uint_eq(e.code, SEG_E_IN_USE);
    char path[320], dead[320];
    (void)snprintf(path, sizeof path, "/dev/shm%s", left);
    (void)snprintf(dead, sizeof dead, "/dev/shm/.shmlens-4000001-5-%s", name + 1);
    ck_assert_int_eq(rename(path, dead), 0);
    (void)snprintf(text, sizeof text, "posix:%s", dead + strlen("/dev/shm"));
    e = seg_put_back(be, text);
    ck_assert_uint_eq(e.code, EEXIST);
    ck_assert(exists() && left_aside(name));
    ck_assert_int_eq(shm_unlink(name), 0);
    e = seg_put_back(be, text);
    ck_assert(!oserr_is(e) && exists() && !left_aside(name));
    e = seg_put_back(be, locator);
    ck_assert_uint_eq(e.code, SEG_E_NAME);
    e = seg_put_back(be, "posix:/.shmlens-4-5-");
    ck_assert_uint_eq(e.code, SEG_E_NAME);
    e = seg_put_back(be, "posix:/.shmlens-4-x");
    ck_assert_uint_eq(e.code, SEG_E_NAME);
}

/* ---- contents ---- */

static bool go_on(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)deadline;
    (void)done;
    (void)total;
    return ctx == NULL;
}

TEST(a_change_of_contents_is_seen)
{
    static const struct progress on = {go_on, NULL};
    static const struct progress off = {go_on, (void *)(uintptr_t) "stop"};
    uint64_t hash[4];
    struct oserr e = contents_hash(be, locator, &seen, &on, &hash[0]);
    ck_assert(!oserr_is(e));
    int fd = shm_open(name, O_RDWR, 0);
    char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    p[0] = 0; /* a hole became data */
    for (int i = 1; i < 4; i++) {
        e = contents_hash(be, locator, &seen, &on, &hash[i]);
        ck_assert(!oserr_is(e));
        p[4095] = i == 1 ? 'x' : p[4095];
    }
    ck_assert_uint_ne(hash[0], hash[1]);
    ck_assert_uint_ne(hash[1], hash[2]);
    ck_assert_uint_eq(hash[2], hash[3]);
    e = contents_hash(be, locator, &seen, &off, &hash[0]);
    ck_assert_uint_eq(e.code, SEG_E_STOPPED);
    (void)munmap(p, 4096);
    (void)shm_unlink(name);
    make();
    e = contents_hash(be, locator, &seen, &on, &hash[0]);
    ck_assert_uint_eq(e.code, SEG_E_REPLACED);
    (void)close(fd);
}

/* What is not known is not printed as 0: huge pages, for example. */
TEST(what_is_freed_is_said_as_far_as_it_is_known)
{
    char out[REMOVAL_FREED];
    removal_freed(out, 4096, 0);
    ck_assert_str_eq(out, "4 KiB");
    removal_freed(out, 0, 0);
    ck_assert_str_eq(out, "0 B");
    removal_freed(out, 4096, 1);
    ck_assert_str_eq(out, "at least 4 KiB");
    removal_freed(out, 0, 2);
    ck_assert_str_eq(out, "an unknown amount");
}

SUITE(test_program_removal, .set_up = set_up, .tear_down = tear_down,
      TESTS(who_attaches_between_check_and_removal_saves_it, a_new_segment_of_the_name_is_saved,
            who_attaches_to_what_we_look_at_saves_it,
            what_cannot_get_its_name_back_is_said_and_kept,
            who_knocks_while_it_is_proved_does_no_harm, a_signal_waits_for_the_end_of_a_removal,
            who_waits_for_the_lease_gets_it_under_its_name, what_was_left_aside_can_be_put_back,
            a_change_of_contents_is_seen, by_force_it_says_who_is_left, what_is_gone_is_gone,
            what_is_freed_is_said_as_far_as_it_is_known));
