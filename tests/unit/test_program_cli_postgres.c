/* What PostgreSQL leaves behind when it is killed: listed with those who map it, cleaned, and it
 * starts again. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/postgres.h"
#include "support/run.h"
#include "support/suite.h"

enum { PIDS = POSTGRES_HELPERS + 1, LOCATOR = 64 };

static struct postgres server;
static char locator[POSTGRES_SEGMENTS + 1][LOCATOR]; /* of its segments as ls sorts them */
static int segments;                                 /* of them; the last is System V */

static void name_segments(void)
{
    segments = 0;
    while (segments < server.segments) {
        (void)snprintf(locator[segments], LOCATOR, "posix:%s", server.segment[segments]);
        segments++;
    }
    (void)snprintf(locator[segments++], LOCATOR, "sysv:%d", server.shmid);
}

static bool serve(const char *memory)
{
    const char *why = postgres_why_not();
    if (why == NULL && !postgres_serve(&server, memory))
        why = postgres_last_words();
    if (why != NULL) {
        printf("skip: postgres: %s\n", why);
        return false;
    }
    return true;
}

static void tear_down(void)
{
    postgres_kill(&server);
    run_end();
}

/* ---- what is seen of it ---- */

/* Pids in order, each once. */
struct pids {
    pid_t pid[PIDS];
    size_t count;
};

static void add(struct pids *p, pid_t pid)
{
    size_t i = 0;
    while (i < p->count && p->pid[i] < pid)
        i++;
    if (i < p->count && p->pid[i] == pid)
        return;
    ck_assert_uint_lt(p->count, PIDS);
    memmove(&p->pid[i + 1], &p->pid[i], (p->count - i) * sizeof p->pid[0]);
    p->pid[i] = pid;
    p->count++;
}

/* All processes that map something called so, as the system shows it. */
static struct pids who_maps(const char *text)
{
    struct pids p = {.count = 0};
    struct dirent *e = NULL;
    DIR *d = opendir("/proc");
    while (d != NULL && (e = readdir(d)) != NULL) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        if (pid > 0 && postgres_maps(pid, text))
            add(&p, pid);
    }
    if (d != NULL)
        closedir(d);
    return p;
}

static struct pids who_is_told(const struct ran *r)
{
    struct pids p = {.count = 0};
    json_t *info = run_json(r);
    json_t *row = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(info, "mappers"), i, row)
    {
        add(&p, (pid_t)json_integer_value(json_object_get(row, "pid")));
    }
    json_decref(info);
    return p;
}

static bool same(const struct pids *a, const struct pids *b)
{
    return a->count == b->count && memcmp(a->pid, b->pid, a->count * sizeof a->pid[0]) == 0;
}

/* `info` tells exactly who maps it; its helpers come and go, so asked until two looks agree. */
static void check_mappers(const char *of, const char *called, bool nobody)
{
    const char *const words[] = {"info", of, "--json", NULL};
    struct pids before;
    struct pids told;
    struct pids after;
    int tries = 0;
    do {
        before = who_maps(called);
        const struct ran *r = run_words(words, NULL, nobody);
        if (r == NULL) /* we are no root */
            return;
        told = who_is_told(r);
        after = who_maps(called);
    } while (!same(&before, &after) && tries++ < 20);
    ck_assert_msg(same(&told, &after), "%s: %zu told, %zu are", of, told.count, after.count);
    ck_assert(strncmp(of, "sysv:", 5) != 0 || told.count > 1); /* the postmaster and its helpers */
}

/* The states of a row of the list, as JSON text; *unreadable: processes that could not be read. */
static const char *states(const char *of, bool nobody, json_int_t *unreadable)
{
    static char text[128];
    const char *const words[] = {"ls", "--json", "--kind", "sysv,posix", NULL};
    json_t *row = NULL;
    size_t i = 0;
    json_t *all = run_json(run_words(words, NULL, nobody));
    *unreadable = json_integer_value(json_object_get(all, "unreadable"));
    text[0] = '\0';
    json_array_foreach(json_object_get(all, "segments"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "locator")), of) == 0) {
            char *dumped = json_dumps(json_object_get(row, "state"), 0);
            (void)snprintf(text, sizeof text, "%s", dumped);
            free(dumped);
        }
    }
    json_decref(all);
    return text;
}

/* Nobody has them any more: the system's own count proves it for one, a full look for the others.
 */
static void check_left(bool nobody)
{
    json_int_t unreadable = 0;
    struct shmid_ds ds;
    ck_assert_int_eq(shmctl(server.shmid, IPC_STAT, &ds), 0);
    ck_assert_uint_eq(ds.shm_nattch, 0);
    for (int i = 0; i < segments; i++) {
        const char *text = states(locator[i], nobody, &unreadable);
        bool proved = unreadable == 0 || i == segments - 1;
        ck_assert_str_eq(text, proved ? "[\"orphan\"]" : "[\"idle\"]");
    }
    ck_assert(!nobody || unreadable > 0);
}

/* `clean` of exactly them, with up to two options more. */
static const struct ran *clean(bool nobody, const char *older, const char *option,
                               const char *another)
{
    const char *words[POSTGRES_SEGMENTS + 8] = {"clean", "--older-than", older};
    int n = 3;
    for (int i = 0; i < segments; i++)
        words[n++] = locator[i];
    words[n++] = option;
    words[n++] = option != NULL ? another : NULL;
    return run_words(words, NULL, nobody);
}

static void check_cleaned(bool nobody)
{
    char all[(POSTGRES_SEGMENTS + 1) * LOCATOR] = "";
    char note[64];
    struct shmid_ds ds;
    bool foreign = geteuid() == 0 && !nobody;
    const char *whose = foreign ? "--all-users" : "--dry-run";
    for (int i = 0; i < segments; i++) {
        size_t n = strlen(all);
        int length = snprintf(all + n, sizeof all - n, "%s\n", locator[i]);
        ck_assert_int_lt(length, (int)(sizeof all - n));
    }
    ck_assert_str_eq(clean(nobody, "1m", whose, NULL)->out, ""); /* they changed lately */
    if (foreign) {
        const struct ran *r = clean(false, "0s", NULL, NULL);
        ck_assert_str_eq(r->out, "");
        (void)snprintf(note, sizeof note, "skipped: %d of other users", segments);
        ck_assert_ptr_nonnull(strstr(r->err, note));
    }
    const struct ran *r = clean(nobody, "0s", whose, NULL);
    ck_assert_str_eq(r->out, all);
    ck_assert_int_eq(r->status, 1);
    r = clean(nobody, "0s", "--yes", foreign ? "--all-users" : NULL);
    ck_assert_msg(r->status == 0, "%s", r->err);
    ck_assert_str_eq(r->out, all);
    ck_assert(shmctl(server.shmid, IPC_STAT, &ds) != 0);
    for (int i = 0; i < server.segments; i++)
        ck_assert(shm_unlink(server.segment[i]) != 0 && errno == ENOENT);
}

/* ---- tests ---- */

static const struct {
    const char *memory;
    bool nobody; /* cleaned by the user whose they are, not by root */
} ways[] = {{"sysv", false}, {"mmap", true}};

TEST_LOOP(killed_and_cleaned, SUITE_ROWS(ways))
{
    char called[32];
    bool nobody = ways[_i].nobody && geteuid() == 0;
    if (!serve(ways[_i].memory))
        return;
    (void)snprintf(called, sizeof called, "/SYSV%08x", server.key);
    postgres_look(&server);
    name_segments();
    for (int i = 0; i < 2; i++) { /* as we are, and as nobody */
        for (int k = 0; k < segments; k++) {
            bool sysv = k == segments - 1;
            check_mappers(locator[k], sysv ? called : server.segment[k], i == 1);
        }
        if (i == 0 || geteuid() == 0)
            ck_assert_str_eq(clean(i == 1, "0s", i == 1 ? NULL : "--all-users", NULL)->out, "");
    }
    postgres_kill(&server);
    name_segments(); /* those that came meanwhile too */
    check_left(false);
    if (geteuid() == 0)
        check_left(true);
    check_cleaned(nobody);
    ck_assert_msg(postgres_serve(&server, ways[_i].memory), "it does not start again: %s",
                  postgres_last_words());
}

/* Its memory that has no name: a mapping of the postmaster that its helpers inherit. */
TEST(memory_without_a_name)
{
    char whole[LOCATOR] = "";
    json_t *row = NULL;
    size_t i = 0;
    if (!serve("mmap"))
        return;
    json_t *all = run_json(RUN("ls", "--json", "--kind", "fd"));
    json_array_foreach(json_object_get(all, "segments"), i, row)
    {
        const char *of = json_string_value(json_object_get(row, "locator"));
        json_int_t size = json_integer_value(json_object_get(row, "size"));
        char prefix[32];
        (void)snprintf(prefix, sizeof prefix, "map:%d/", (int)server.pid);
        if (strncmp(of, prefix, strlen(prefix)) == 0 && size > 1024 * 1024)
            (void)snprintf(whole, sizeof whole, "%s", of);
    }
    json_decref(all);
    if (geteuid() != 0)
        SKIP("only root sees how large memory without a name is");
    ck_assert_str_ne(whole, "");
    struct pids told = who_is_told(RUN("info", whole, "--json"));
    ck_assert_uint_gt(told.count, 1);
    for (size_t k = 0; k < told.count; k++)
        ck_assert(postgres_maps(told.pid[k], "/dev/zero"));
}

/* The shipped layout reads the segment's head, and the table of dynamic segments that it names. */
TEST(is_known_by_its_layout)
{
    char expected[64];
    char control[32];
    if (!serve("mmap"))
        return;
    postgres_look(&server);
    name_segments();
    const struct ran *r = RUN("peek", locator[segments - 1], "creator", "--type", "auto");
    (void)snprintf(expected, sizeof expected, "0x4 creator %d (postgres)\n", (int)server.pid);
    ck_assert_str_eq(r->out, expected);
    r = RUN("peek", locator[segments - 1], "dsm_control", "--type", "auto");
    unsigned long handle = strtoul(strrchr(r->out, ' ') + 1, NULL, 10);
    (void)snprintf(control, sizeof control, "/PostgreSQL.%lu", handle);
    r = RUN("peek", control, "magic", "--type", "auto");
    ck_assert_msg(strcmp(r->out, "0x0 magic 0x9a503d32\n") == 0, "%s: %s", control, r->err);
}

SUITE(test_program_cli_postgres, .tear_down = tear_down, .set_up_once = postgres_cluster,
      .timeout = 180, TESTS(killed_and_cleaned, memory_without_a_name, is_known_by_its_layout));
