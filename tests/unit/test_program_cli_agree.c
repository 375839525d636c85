/* ls of System V is what ipcs and lsipc tell, row by row, all that there are at that moment. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/run.h"
#include "support/suite.h"

enum { PAGE = 4096, NOBODY = 65534, STRANGER = 54321, ROWS = 5000, ROW = 160, TRIES = 50 };

static bool have(const char *program)
{
    char command[64];
    (void)snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    if (system(command) != 0) { /* NOLINT(cert-env33-c): a fixed line */
        printf("skip: agree: no %s here\n", program);
        return false;
    }
    return true;
}

/* ---- System V: all rows ---- */

/* The table as one program tells it, a line a segment, sorted. */
struct table {
    char (*row)[ROW];
    size_t count;
};

static char *next_row(struct table *t)
{
    if (t->row == NULL)
        t->row = calloc(ROWS, ROW);
    ck_assert(t->row != NULL && t->count < ROWS);
    return t->row[t->count++];
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void sort_rows(struct table *t)
{
    if (t->count > 1)
        qsort(t->row, t->count, ROW, compare_rows);
}

static void free_table(struct table *t)
{
    free(t->row);
    *t = (struct table){0};
}

static bool same_table(const struct table *a, const struct table *b)
{
    return a->count == b->count && (a->count == 0 || memcmp(a->row, b->row, a->count * ROW) == 0);
}

/* `ipcs -m`: key shmid owner perms bytes nattch status */
static struct table of_ipcs(void)
{
    struct table t = {0};
    char line[512];
    FILE *f = popen("LC_ALL=C ipcs -m", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char owner[64];
        unsigned key = 0;
        unsigned perms = 0;
        int id = 0;
        int end = 0;
        long long bytes = 0;
        long long nattch = 0;
        if (sscanf(line, "0x%x %d %63s %o %lld %lld%n", &key, &id, owner, &perms, &bytes, &nattch,
                   &end) == 6) {
            (void)snprintf(next_row(&t), ROW, "%d 0x%08x %s %04o %lld %lld%s%s", id, key, owner,
                           perms, bytes, nattch, strstr(line + end, "dest") != NULL ? " dest" : "",
                           strstr(line + end, "locked") != NULL ? " locked" : "");
        }
    }
    ck_assert(f != NULL && pclose(f) == 0);
    sort_rows(&t);
    return t;
}

/* Some versions print numbers as numbers, others as text. */
static const char *text_of(const json_t *o, const char *name, char number[32])
{
    const json_t *v = json_object_get(o, name);
    if (!json_is_integer(v))
        return json_is_string(v) ? json_string_value(v) : "";
    (void)snprintf(number, 32, "%lld", (long long)json_integer_value(v));
    return number;
}

static struct table of_lsipc(void)
{
    struct table t = {0};
    size_t i = 0;
    json_t *row = NULL;
    FILE *f = popen("lsipc -m -b -P -J -o ID,KEY,OWNER,PERMS,SIZE,NATTCH,STATUS,CPID,LPID", "r");
    json_t *all = f == NULL ? NULL : json_loadf(f, 0, NULL);
    ck_assert(f != NULL && pclose(f) == 0);
    ck_assert_ptr_nonnull(all);
    json_array_foreach(json_object_get(all, "sharedmemory"), i, row)
    {
        char n[7][32];
        const char *status = text_of(row, "status", n[0]);
        unsigned perms = (unsigned)strtoul(text_of(row, "perms", n[1]), NULL, 8) & 0777;
        int length =
            snprintf(next_row(&t), ROW, "%s %s %s %04o %s %s%s%s %s %s", text_of(row, "id", n[0]),
                     text_of(row, "key", n[1]), text_of(row, "owner", n[2]), perms,
                     text_of(row, "size", n[3]), text_of(row, "nattch", n[4]),
                     strstr(status, "dest") != NULL ? " dest" : "",
                     strstr(status, "locked") != NULL ? " locked" : "", text_of(row, "cpid", n[5]),
                     text_of(row, "lpid", n[6]));
        ck_assert_int_lt(length, ROW);
    }
    json_decref(all);
    sort_rows(&t);
    return t;
}

static long long number(const json_t *o, const char *name)
{
    ck_assert_msg(json_is_integer(json_object_get(o, name)), "no %s", name);
    return json_integer_value(json_object_get(o, name));
}

static const char *state(const json_t *row, const char *name, const char *text)
{
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(row, "state"), i, one)
    {
        if (strcmp(json_string_value(one), name) == 0)
            return text;
    }
    return "";
}

static struct table of_ls(bool pids)
{
    struct table t = {0};
    size_t i = 0;
    json_t *row = NULL;
    json_t *all = run_json(RUN("ls", "--json", "--kind", "sysv"));
    json_array_foreach(json_object_get(all, "segments"), i, row)
    {
        const char *of = json_string_value(json_object_get(row, "locator"));
        if (strncmp(of, "sysv:", 5) != 0) /* of another namespace */
            continue;
        char *to = next_row(&t);
        int n = snprintf(to, ROW, "%s 0x%08llx %s %s %lld %lld%s%s", of + 5, number(row, "key"),
                         json_string_value(json_object_get(row, "owner")),
                         json_string_value(json_object_get(row, "mode")), number(row, "size"),
                         number(row, "attached"), state(row, "dest", " dest"),
                         state(row, "locked", " locked"));
        if (pids) {
            (void)snprintf(to + n, (size_t)(ROW - n), " %lld %lld", number(row, "creator_pid"),
                           number(row, "last_pid"));
        }
    }
    json_decref(all);
    sort_rows(&t);
    return t;
}

/* The first rows that differ, with words for them; false: none does. */
static bool differ(const struct table *ours, const struct table *theirs, char why[2 * ROW + 32])
{
    for (size_t i = 0; i < ours->count || i < theirs->count; i++) {
        const char *x = i < ours->count ? ours->row[i] : "nothing";
        const char *y = i < theirs->count ? theirs->row[i] : "nothing";
        if (strcmp(x, y) != 0) {
            (void)snprintf(why, 2 * ROW + 32, "ls tells `%s`, it `%s`", x, y);
            return true;
        }
    }
    return false;
}

/* Asked before and after, until nothing changed in between and all rows agree. Another program may
 * attach a segment and detach it between the two, so that one difference proves nothing. */
static void compare(struct table (*ask)(void), bool pids)
{
    char why[2 * ROW + 32] = "";
    bool agree = false;
    for (int i = 0; i < TRIES && !agree; i++) {
        struct table before = ask();
        struct table ours = of_ls(pids);
        struct table after = ask();
        agree = same_table(&before, &after) && !differ(&ours, &after, why);
        ck_assert_uint_gt(before.count, 0); /* ours at least */
        free_table(&before);
        free_table(&ours);
        free_table(&after);
    }
    ck_assert_str_eq(agree ? "" : why, "");
    if (!agree)
        printf("skip: agree: the table never stands still\n");
}

/* ---- segments of every sort ---- */

static int make(key_t key, size_t size, int mode)
{
    int id = shmget(key, size, IPC_CREAT | IPC_EXCL | mode);
    if (id >= 0)
        remover_sysv(id);
    return id;
}

static void give_to(int id, uid_t uid)
{
    struct shmid_ds ds;
    ck_assert_int_eq(shmctl(id, IPC_STAT, &ds), 0);
    ds.shm_perm.uid = uid;
    ck_assert_int_eq(shmctl(id, IPC_SET, &ds), 0);
}

/* Not in the children that we start: their end would be its last detach, and change its last pid.
 */
static void attach(int id, size_t size, int flags)
{
    void *p = shmat(id, NULL, flags);
    ck_assert((intptr_t)p != -1 && madvise(p, size, MADV_DONTFORK) == 0);
}

static int made[10];

static void make_sorts(void)
{
    key_t own = (key_t)(0x6c000000 + (getpid() & 0xffff));
    made[0] = make(own, (size_t)5 * PAGE + 1, 0640);
    made[1] = make(IPC_PRIVATE, PAGE, 0604);    /* removed, attached */
    made[2] = make(IPC_PRIVATE, 1, 0);          /* nobody may */
    made[3] = make(-1, (size_t)2 * PAGE, 0777); /* key 0xffffffff; it may be somebody's */
    made[4] = make(IPC_PRIVATE, PAGE, 0600);    /* of another user */
    made[5] = make(IPC_PRIVATE, PAGE, 0660);    /* of a user without a name */
    made[6] = make(IPC_PRIVATE, PAGE, 0600);    /* locked */
    made[7] = make(own + 0x10000000, (size_t)64 * PAGE, 0400);
    attach(made[0], 5 * PAGE + 1, 0);
    attach(made[0], 5 * PAGE + 1, SHM_RDONLY);
    attach(made[1], PAGE, SHM_RDONLY);
    ck_assert_int_eq(shmctl(made[1], IPC_RMID, NULL), 0);
    if (geteuid() == 0) {
        give_to(made[4], NOBODY);
        give_to(made[5], STRANGER);
    }
    (void)shmctl(made[6], SHM_LOCK, NULL); /* where it is allowed */
}

static void drop_sorts(void)
{
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (made[i] > 0)
            (void)shmctl(made[i], IPC_RMID, NULL);
    run_end();
}

TEST(with_ipcs)
{
    if (have("ipcs")) {
        make_sorts();
        compare(of_ipcs, false);
    }
}

TEST(with_lsipc)
{
    if (have("lsipc")) {
        make_sorts();
        compare(of_lsipc, true);
    }
}

SUITE(test_program_cli_agree, .tear_down = drop_sorts, .timeout = 120,
      TESTS(with_ipcs, with_lsipc));
