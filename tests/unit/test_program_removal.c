/* Removing what was listed: a process that takes it meanwhile saves it, so does a new segment of
 * its name; what it leaves behind is said. */
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

SUITE(test_program_removal, .set_up = set_up, .tear_down = tear_down,
      TESTS(who_attaches_between_check_and_removal_saves_it, a_new_segment_of_the_name_is_saved,
            who_attaches_to_what_we_look_at_saves_it,
            what_cannot_get_its_name_back_is_said_and_kept,
            who_knocks_while_it_is_proved_does_no_harm, by_force_it_says_who_is_left,
            what_is_gone_is_gone));
