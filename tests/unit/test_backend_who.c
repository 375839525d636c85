/* Who maps and who holds, by identity and never by name; the list; what a removal respects. */
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>

#include "support/backend_peer.h"
#include "support/suite.h"

static struct backend *be;
static char name[NAME_CAP];

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    snprintf(name, sizeof name, "%s", own_name("who"));
}

static void tear_down(void)
{
    (void)shm_unlink(name);
    backend_free(be);
}

/* What a peer does with the segment. */
struct use {
    const char *name;
    int prot;  /* of its mapping; 0: none */
    bool hold; /* keeps the descriptor */
    bool own;  /* maps it privately */
};

static void use(void *arg, int ready)
{
    const struct use *u = arg;
    int fd = shm_open(u->name, (u->prot & PROT_WRITE) != 0 ? O_RDWR : O_RDONLY, 0);
    if (fd < 0)
        _exit(1);
    if (u->prot != 0 &&
        mmap(NULL, 4096, u->prot, u->own ? MAP_PRIVATE : MAP_SHARED, fd, 4096) == MAP_FAILED)
        _exit(2);
    if (!u->hold)
        close(fd);
    peer_ready(ready);
    for (;;)
        pause();
}

TEST(test_mappers_and_holders)
{
    struct use rw = {name, PROT_READ | PROT_WRITE, false, false},
               ro = {name, PROT_READ, true, false};
    struct use held = {name, 0, true, false};
    struct seg *s;
    struct seg_who w;
    char comm[16] = {0};
    close(raw_create(name, 8192));
    struct peer p1 = peer_start(use, &rw), p2 = peer_start(use, &ro), p3 = peer_start(use, &held);
    must(seg_open(be, name, SEG_STAT, &s));
    must(seg_who(s, NULL, &w));
    ck_assert_uint_eq(w.mappers_count, 2);
    FILE *f = fopen("/proc/self/comm", "re");
    ck_assert(f != NULL && fgets(comm, sizeof comm, f) != NULL);
    fclose(f);
    comm[strcspn(comm, "\n")] = '\0';
    for (size_t i = 0; i < 2; i++) {
        const struct seg_mapper *m = &w.mappers[i];
        ck_assert(m->pid == (uint32_t)p1.pid || m->pid == (uint32_t)p2.pid);
        ck_assert_int_eq(m->write, m->pid == (uint32_t)p1.pid);
        ck_assert(m->read);
        ck_assert_uint_eq(m->offset, 4096);
        ck_assert_uint_eq(m->length, 4096);
        ck_assert_uint_ne(m->address, 0);
        ck_assert_str_eq(m->comm, comm);
    }
    /* p2 holds a descriptor as well, but maps: it is not repeated; our own is there */
    ck_assert_uint_eq(w.holders_count, 2);
    for (size_t i = 0; i < 2; i++)
        ck_assert(w.holders[i].pid == (uint32_t)p3.pid || w.holders[i].pid == os_pid());
    seg_who_free(&w);
    peer_stop(&p1);
    peer_stop(&p2);
    peer_stop(&p3);
    must(seg_who(s, NULL, &w));
    ck_assert_uint_eq(w.mappers_count, 0);
    ck_assert_uint_eq(w.holders_count, 1);
    seg_who_free(&w);
    seg_close(s);
}

/* Who asks about mappings alone: no holders, and those that are private where no other is. */
TEST(test_mappers_alone)
{
    struct use rw = {.name = name, .prot = PROT_READ | PROT_WRITE}, held = {name, 0, true, false};
    struct use own = {.name = name, .prot = PROT_READ, .own = true};
    struct seg *s;
    struct seg_who w;
    close(raw_create(name, 8192));
    struct peer p1 = peer_start(use, &rw), p2 = peer_start(use, &own), p3 = peer_start(use, &held);
    must(seg_open(be, name, SEG_STAT, &s));
    must(seg_who_maps(s, NULL, &w));
    ck_assert_uint_eq(w.mappers_count, 1);
    ck_assert_uint_eq(w.mappers[0].pid, (uint32_t)p1.pid);
    ck_assert_uint_eq(w.holders_count, 0);
    seg_who_free(&w);
    peer_stop(&p1);
    must(seg_who_maps(s, NULL, &w));
    ck_assert_uint_eq(w.mappers_count, 1);
    ck_assert_uint_eq(w.mappers[0].pid, (uint32_t)p2.pid);
    ck_assert(w.mappers[0].read && !w.mappers[0].write);
    ck_assert_uint_eq(w.holders_count, 0);
    seg_who_free(&w);
    must(
        seg_who_object_maps(be, seg_id_of(seg_last(s)), NULL, &w)); /* of whom only that is known */
    ck_assert_uint_eq(w.mappers_count, 1);
    ck_assert_uint_eq(w.mappers[0].pid, (uint32_t)p2.pid);
    ck_assert_uint_eq(w.holders_count, 0);
    seg_who_free(&w);
    peer_stop(&p2);
    peer_stop(&p3);
    seg_close(s);
}

TEST(test_remove_refuses_and_names)
{
    struct use mapped = {name, PROT_READ | PROT_WRITE, false, false}, held = {name, 0, true, false};
    struct use *uses[] = {&mapped, &held};
    struct seg_who w;
    for (int i = 0; i < 2; i++) {
        close(raw_create(name, 8192));
        struct peer p = peer_start(use, uses[i]);
        must_fail(seg_remove(be, &(struct seg_removal){.locator = name, .flags = SEG_RM_DRY}, &w),
                  SEG_E_IN_USE);
        seg_who_free(&w);
        must_fail(seg_remove(be, &(struct seg_removal){.locator = name}, NULL), SEG_E_IN_USE);
        must_fail(seg_remove(be, &(struct seg_removal){.locator = name}, &w), SEG_E_IN_USE);
        ck_assert_uint_eq(w.mappers_count + w.holders_count, 1);
        ck_assert_uint_eq(i == 0 ? w.mappers[0].pid : w.holders[0].pid, (uint32_t)p.pid);
        seg_who_free(&w);
        must(seg_remove(be, &(struct seg_removal){.locator = name, .flags = SEG_RM_FORCE}, &w));
        seg_who_free(&w);
        must_fail(seg_remove(be, &(struct seg_removal){.locator = name}, NULL), ENOENT);
        peer_stop(&p);
    }
}

TEST(test_remove_when_nobody_has_it)
{
    struct seg *s;
    struct seg_stat st;
    struct seg_who w;
    close(raw_create(name, 8192));
    must(seg_remove(be, &(struct seg_removal){.locator = name, .flags = SEG_RM_DRY}, NULL));
    must(seg_open(be, name, SEG_WRITE, &s)); /* we ourselves do not count */
    must(seg_release(s));
    must(seg_remove(be, &(struct seg_removal){.locator = name}, &w));
    ck_assert_int_eq(w.proof, SEG_PROOF_LEASE);
    must(seg_set_access(s, SEG_WRITE)); /* the same object, as before */
    must(seg_refresh(s, &st));
    ck_assert(st.name_gone && st.links == 0);
    struct poke p = {.offset = 8, .size = 1, .value = {7}};
    struct poked done;
    must(seg_poke(s, &p, &done));
    ck_assert(done.stored);
    seg_close(s);
}

/* The lease sees what /proc does not: as nobody, root's use of a segment of ours. */
static int child_lease(void *arg)
{
    struct peer *parent = arg; /* ready[0]: from it, ready[1]: to it */
    char byte, lent[NAME_CAP];
    snprintf(lent, sizeof lent, "/shmlens-test-%d-lease", (int)getppid());
    int fd = shm_open(lent, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, 4096) != 0 || close(fd) != 0)
        return 1;
    if (write(parent->ready[1], "", 1) != 1 || read(parent->ready[0], &byte, 1) != 1)
        return 2;
    struct oserr e = seg_remove(be, &(struct seg_removal){.locator = lent}, NULL);
    if (e.code != SEG_E_IN_USE)
        return 3;
    if (write(parent->ready[1], "", 1) != 1 || read(parent->ready[0], &byte, 1) != 1)
        return 4;
    return oserr_is(seg_remove(be, &(struct seg_removal){.locator = lent}, NULL)) ? 5 : 0;
}

TEST(test_lease_proves)
{
    int down[2], up[2], status;
    char byte;
    if (getuid() != 0)
        SKIP("only root can become another user");
    ck_assert_int_eq(pipe(down) | pipe(up), 0);
    struct peer ends = {.ready = {down[0], up[1]}};
    pid_t pid = fork();
    if (pid == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(99);
        _exit(child_lease(&ends));
    }
    close(up[1]);
    ck_assert_int_eq((int)read(up[0], &byte, 1), 1);
    int fd = shm_open(own_name("lease"), O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(down[1], "", 1), 1);
    if (read(up[0], &byte, 1) == 1) {
        close(fd);
        ck_assert_int_eq((int)write(down[1], "", 1), 1);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    (void)shm_unlink(own_name("lease"));
    ck_assert_int_eq(status, 0);
    close(down[0]);
    close(down[1]);
    close(up[0]);
}

/* Replaced between the look and the removal: the other object stays, under its name. */
static void replace(void *ctx, const char *call)
{
    int *fd = ctx;
    if (strcmp(call, "renameat2") == 0 && *fd < 0) {
        shm_unlink(name);
        *fd = raw_create(name, 77);
    }
}

TEST(test_remove_takes_no_other)
{
    int fd = -1;
    close(raw_create(name, 8192));
    backend_before_call(be, replace, &fd);
    must_fail(seg_remove(be, &(struct seg_removal){.locator = name}, NULL), SEG_E_REPLACED);
    backend_before_call(be, NULL, NULL);
    int again = shm_open(name, O_RDONLY, 0);
    ck_assert_int_ge(again, 0);
    ck_assert_int_eq(raw_size(again), 77);
    close(again);
    close(fd);
}

static const struct seg_info *find_row(const struct seg_survey *s, const char *of)
{
    for (size_t i = 0; i < s->count; i++)
        if (strncmp(s->segs[i].locator, "posix:", 6) == 0 &&
            strcmp(s->segs[i].locator + 6, of) == 0)
            return &s->segs[i];
    return NULL;
}

TEST(test_survey_of_hostile_names)
{
    static const char *const tails[] = {" (deleted)", "\n\x1b[2J\xff", " a b\\x41", "", ".tmp"};
    enum { N = sizeof tails / sizeof *tails };
    char names[N][NAME_CAP], longest[NAME_CAP], path[PATH_CAP];
    struct peer peers[N];
    struct seg_survey sv;
    for (size_t i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "%s%s", own_name("s"), tails[i]);
        close(raw_create(names[i], 8192));
        struct use u = {names[i], PROT_READ, false, false};
        peers[i] = peer_start(use, &u);
    }
    int n = snprintf(longest, sizeof longest, "%s", own_name("l"));
    memset(longest + n, '\x1b', (size_t)(256 - n));
    longest[256] = '\0';
    close(raw_create(longest, 1));
    snprintf(path, sizeof path, "/dev/shm%s", own_name("fifo"));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    must(seg_survey(be, ~0U, SEG_SURVEY_WHO, &sv));
    for (size_t i = 0; i < N; i++) {
        const struct seg_info *row = find_row(&sv, names[i]);
        ck_assert_ptr_nonnull(row);
        ck_assert_str_eq(row->name, names[i] + 1);
        ck_assert_uint_eq(row->stat.size, 8192);
        ck_assert_uint_eq(row->mappers.count, 1);
        ck_assert_uint_eq(sv.who.mappers[row->mappers.first].pid, (uint32_t)peers[i].pid);
    }
    ck_assert_ptr_nonnull(find_row(&sv, longest));
    ck_assert_ptr_null(find_row(&sv, own_name("fifo")));
    for (size_t i = 1; i < sv.count; i++)
        ck_assert_int_lt(strcmp(sv.segs[i - 1].locator, sv.segs[i].locator), 0);
    seg_survey_free(&sv);
    unlink(path);
    shm_unlink(longest);
    for (size_t i = 0; i < N; i++) {
        peer_stop(&peers[i]);
        shm_unlink(names[i]);
    }
}

/* Two names of one object: who has it, has it under both. */
TEST(test_linked_names_share_who)
{
    char other[NAME_CAP], a[PATH_CAP], b[PATH_CAP];
    struct seg_survey sv;
    snprintf(other, sizeof other, "%s", own_name("link"));
    snprintf(a, sizeof a, "/dev/shm%s", name);
    snprintf(b, sizeof b, "/dev/shm%s", other);
    close(raw_create(name, 4096));
    ck_assert_int_eq(link(a, b), 0);
    struct use u = {name, PROT_READ, false, false};
    struct peer p = peer_start(use, &u);
    must(seg_survey(be, ~0U, SEG_SURVEY_WHO, &sv));
    const struct seg_info *rows[] = {find_row(&sv, name), find_row(&sv, other)};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ptr_nonnull(rows[i]);
        ck_assert_uint_eq(rows[i]->mappers.count, 1);
        ck_assert_uint_eq(sv.who.mappers[rows[i]->mappers.first].pid, (uint32_t)p.pid);
    }
    seg_survey_free(&sv);
    peer_stop(&p);
    shm_unlink(other);
}

static void counted(const struct seg_users *u)
{
    ck_assert_uint_eq(u->rw, 1);
    ck_assert_uint_eq(u->ro, 1);
    ck_assert_uint_eq(u->held, 1);
}

/* Each process once, for the most that it does; we do not count. The same from counting alone. */
TEST(test_users_are_counted)
{
    struct use rw = {name, PROT_READ | PROT_WRITE, true, false},
               ro = {name, PROT_READ, true, false};
    struct use held = {name, 0, true, false};
    struct seg_survey sv;
    struct seg_who w;
    close(raw_create(name, 8192));
    struct peer peer[] = {peer_start(use, &rw), peer_start(use, &ro), peer_start(use, &held)};
    int fd = shm_open(name, O_RDONLY, 0); /* now: they would inherit it */
    void *ours = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(ours, MAP_FAILED);
    must(seg_survey(be, ~0U, SEG_SURVEY_WHO, &sv));
    const struct seg_info *row = find_row(&sv, name);
    ck_assert_ptr_nonnull(row);
    ck_assert_uint_eq(row->mappers.count, 3); /* ours is among the rows */
    counted(&row->users);
    w = (struct seg_who){.mappers = sv.who.mappers + row->mappers.first,
                         .mappers_count = row->mappers.count,
                         .holders = sv.who.holders + row->holders.first,
                         .holders_count = row->holders.count};
    struct seg_users users = seg_who_users(&w);
    counted(&users);
    seg_survey_free(&sv);
    must(seg_survey(be, ~0U, SEG_SURVEY_WHO | SEG_SURVEY_COUNTS, &sv));
    row = find_row(&sv, name);
    ck_assert_ptr_nonnull(row);
    counted(&row->users);
    seg_survey_free(&sv);
    for (size_t i = 0; i < 3; i++)
        peer_stop(&peer[i]);
    munmap(ours, 4096);
    close(fd);
}

TEST(test_semaphores_are_a_kind)
{
    char sem[NAME_CAP];
    struct seg_survey sv;
    struct seg *s;
    snprintf(sem, sizeof sem, "/sem.shmlens-test-%d", (int)getpid());
    close(raw_create(sem, 32));
    must(seg_survey(be, 1U << SEG_SEM, 0, &sv));
    const struct seg_info *row = find_row(&sv, sem);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(row->kind, SEG_SEM);
    for (size_t i = 0; i < sv.count; i++)
        ck_assert_int_eq(sv.segs[i].kind, SEG_SEM);
    seg_survey_free(&sv);
    must(seg_survey(be, 1U << SEG_POSIX, 0, &sv));
    ck_assert_ptr_null(find_row(&sv, sem));
    seg_survey_free(&sv);
    must(seg_open(be, sem, SEG_READ, &s));
    ck_assert_int_eq(seg_kind(s), SEG_SEM);
    seg_close(s);
    shm_unlink(sem);
}

/* As nobody, who cannot read root's processes: counted, not hidden; but threads of the kernel are
 * no processes. */
static int child_unreadable(void *arg)
{
    struct seg_survey sv;
    (void)arg;
    if (oserr_is(seg_survey(be, ~0U, SEG_SURVEY_WHO, &sv)))
        return 1;
    const struct seg_unread *first = &sv.who.unread.row[0];
    bool named = sv.who.unread.count > 0 && first->pid != 0 && first->comm[0] != '\0' &&
                 oserr_kind(first->why) == OSERR_K_DENIED;
    int r = sv.who.unreadable > 0 ? (named ? 0 : 3) : 2;
    seg_survey_free(&sv);
    return r;
}

TEST(test_unreadable_is_counted)
{
    if (getuid() != 0)
        SKIP("only root can become another user");
    as_nobody(child_unreadable, NULL);
}

/* ---- threads ---- */

static void *map_and_stay(void *arg)
{
    const struct use *u = arg;
    int fd = shm_open(u->name, O_RDWR, 0);
    if (fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    close(fd);
    for (;;)
        pause();
    return NULL;
}

/* With a table of descriptors of its own: the process itself does not have it. */
static void *hold_alone(void *arg)
{
    const struct use *u = arg;
    if (unshare(CLONE_FILES) != 0 || shm_open(u->name, O_RDWR, 0) < 0)
        _exit(1);
    for (;;)
        pause();
    return NULL;
}

/* A main thread that ends while the other one goes on: what it is told, it tells when the main
 * thread is gone. */
static void main_thread_ends(void *arg, int ready)
{
    pthread_t t;
    if (pthread_create(&t, NULL, map_and_stay, arg) != 0)
        _exit(1);
    peer_ready(ready);
    pthread_exit(NULL);
}

static void thread_has_its_own(void *arg, int ready)
{
    pthread_t t;
    if (pthread_create(&t, NULL, hold_alone, arg) != 0)
        _exit(1);
    peer_ready(ready);
    for (;;)
        pause();
}

/* Until the users are seen: the peer's threads need a moment. */
static struct seg_who await_users(size_t mappers, size_t holders)
{
    struct seg *s;
    struct seg_who w = {0};
    must(seg_open(be, name, SEG_STAT, &s));
    for (int i = 0; i < 500; i++) {
        must(seg_who(s, NULL, &w));
        if (w.mappers_count == mappers && w.holders_count >= holders)
            break;
        seg_who_free(&w);
        usleep(10000);
    }
    seg_close(s);
    return w;
}

TEST(test_threads_outlive_the_main_one)
{
    struct use u = {name, PROT_READ | PROT_WRITE, false, false};
    close(raw_create(name, 8192));
    struct peer p = peer_start(main_thread_ends, &u);
    char stat[64] = "", path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)p.pid);
    for (int i = 0; i < 500 && strstr(stat, ") Z") == NULL; i++) { /* the main thread is gone */
        FILE *f = fopen(path, "re");
        ck_assert_ptr_nonnull(f);
        ck_assert_ptr_nonnull(fgets(stat, sizeof stat, f));
        fclose(f);
        usleep(10000);
    }
    struct seg_who w = await_users(1, 0);
    ck_assert_uint_eq(w.mappers_count, 1);
    ck_assert_uint_eq(w.mappers[0].pid, (uint32_t)p.pid);
    ck_assert(w.mappers[0].write);
    seg_who_free(&w);
    struct seg *s;
    must(seg_open(be, name, SEG_STAT, &s));
    must(seg_who_maps(s, NULL, &w));
    ck_assert_uint_eq(w.mappers_count, 1);
    ck_assert_uint_eq(w.mappers[0].pid, (uint32_t)p.pid);
    seg_who_free(&w);
    seg_close(s);
    peer_stop(&p);
}

TEST(test_descriptors_of_a_thread)
{
    struct use u = {name, 0, true, false};
    close(raw_create(name, 8192));
    struct peer p = peer_start(thread_has_its_own, &u);
    struct seg_who w = await_users(0, 2); /* we hold it too, to ask */
    bool seen = false;
    for (size_t i = 0; i < w.holders_count; i++)
        seen = seen || w.holders[i].pid == (uint32_t)p.pid;
    ck_assert(seen);
    seg_who_free(&w);
    peer_stop(&p);
}

/* Inside of a PID namespace nobody outside of it can be seen: nothing is proved there. */
static void child_in_a_namespace(void *arg)
{
    struct seg *s;
    struct seg_who w;
    (void)arg;
    pid_t pid = -1;
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 || (pid = fork()) < 0)
        _exit(77);
    if (pid > 0) {
        int status = 0;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("proc", "/proc", "proc", 0, NULL) != 0)
        _exit(77);
    struct backend *inside = backend_new();
    if (inside == NULL || oserr_is(seg_open(inside, name, SEG_STAT, &s)) ||
        oserr_is(seg_who(s, NULL, &w)))
        _exit(1);
    _exit(w.unreadable > 0 ? 0 : 2);
}

TEST(test_a_pid_namespace_hides_the_others)
{
    int status = 0;
    close(raw_create(name, 8192));
    pid_t pid = fork();
    if (pid == 0)
        child_in_a_namespace(NULL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        SKIP("no PID namespace may be made here");
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}

TEST(test_processes_once)
{
    struct seg_mapper rows[] = {{.pid = 5}, {.pid = 5}, {.pid = os_pid()}, {.pid = 7}, {.pid = 7}};
    const struct seg_who who = {.mappers = rows, .mappers_count = 5};
    const struct seg_who nobody = {.mappers = NULL};
    uint32_t pid[2] = {0};
    bool more = true;
    ck_assert_uint_eq(seg_who_pids(&who, pid, 2, &more), 2);
    ck_assert(pid[0] == 5 && pid[1] == 7 && !more);
    ck_assert_uint_eq(seg_who_pids(&who, pid, 1, &more), 1);
    ck_assert(pid[0] == 5 && more);
    ck_assert_uint_eq(seg_who_pids(&nobody, pid, 2, NULL), 0);
}

SUITE(test_backend_who, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_processes_once, test_mappers_and_holders, test_mappers_alone,
            test_remove_refuses_and_names, test_remove_when_nobody_has_it, test_lease_proves,
            test_remove_takes_no_other, test_survey_of_hostile_names, test_linked_names_share_who,
            test_users_are_counted, test_semaphores_are_a_kind, test_unreadable_is_counted,
            test_threads_outlive_the_main_one, test_descriptors_of_a_thread,
            test_a_pid_namespace_hides_the_others));
