/* ls and info. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list/segrow.h"
#include "support/run.h"
#include "support/suite.h"

/* The line of stdout that begins with a text; NULL: none. */
static const char *line_of(const struct ran *r, const char *start)
{
    static char line[2048];
    const char *p = r->out;
    while (p != NULL && strncmp(p, start, strlen(start)) != 0) {
        p = strchr(p, '\n');
        p = p == NULL ? NULL : p + 1;
    }
    if (p == NULL)
        return NULL;
    (void)snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
    return line;
}

static json_t *row_of(json_t *list, const char *name)
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(list, "segments"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "locator")), name) == 0)
            return row;
    }
    return NULL;
}

TEST(lists)
{
    const char *n = run_name("list");
    char start[600];
    (void)snprintf(start, sizeof start, "posix:%s ", n);
    run_make(n, "abc", 3, 8192);
    const struct ran *r = RUN("ls");
    ck_assert_int_eq(r->status, 0);
    ck_assert_int_eq(strncmp(r->out, "LOCATOR SIZE RES MODE OWNER PROCS STATE\n", 40), 0);
    const char *line = line_of(r, start);
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_nonnull(strstr(line, " 8192 4096 0600 "));
    ck_assert_ptr_null(strstr(line, "  "));
    r = RUN("ls", "--no-header", "--columns", "kind,SIZE,locator");
    (void)snprintf(start, sizeof start, "posix 8192 posix:%s", n);
    ck_assert_ptr_nonnull(line_of(r, start));
    ck_assert_ptr_null(line_of(r, "KIND"));
}

TEST(sorts)
{
    char a[600];
    char b[600];
    (void)snprintf(a, sizeof a, "posix:%s", run_name("Z"));
    (void)snprintf(b, sizeof b, "posix:%s", run_name("a"));
    run_make(run_name("Z"), "", 0, 5);
    run_make(run_name("a"), "", 0, 10000000);
    const struct ran *r = RUN("ls");
    ck_assert(strstr(r->out, a) < strstr(r->out, b));
    r = RUN("ls", "--reverse");
    ck_assert(strstr(r->out, a) > strstr(r->out, b));
    r = RUN("ls", "--sort", "size", "--reverse");
    ck_assert(strstr(r->out, a) > strstr(r->out, b));
    run_make(run_name("\x01"), "", 0, 5); /* sorted as it is printed */
    r = RUN("ls");
    const char *odd = strstr(r->out, "-\\x01 ");
    ck_assert(strstr(r->out, a) < odd && odd < strstr(r->out, b));
    ck_assert_int_eq(RUN("ls", "--sort", "age")->status, 0); /* words of the screen's headers */
    ck_assert_int_eq(RUN("ls", "--sort", "used-by", "--columns", "locator,age,used_by")->status, 0);
    r = RUN("ls", "--sort", "colour");
    ck_assert_int_eq(r->status, 2);
    ck_assert_ptr_nonnull(strstr(r->err, "AGE MTIME USED-BY"));
    ck_assert_int_eq(RUN("ls", "--columns", "size,colour")->status, 2);
    ck_assert_int_eq(RUN("ls", "--kind", "colour")->status, 2);
    ck_assert_int_eq(RUN("ls", "extra")->status, 2);
    ck_assert_ptr_null(strstr(RUN("ls", "--kind", "sysv")->out, a));
}

/* Each under the header that was asked for: an age, and a date. */
TEST(ages_and_dates)
{
    run_make(run_name("new"), "", 0, 5);
    const struct ran *r = RUN("ls", "--columns", "age,mtime,locator");
    ck_assert_int_eq(strncmp(r->out, "AGE MTIME LOCATOR\n", 18), 0);
    char *row = strstr(r->out, run_name("new"));
    ck_assert_ptr_nonnull(row);
    while (row > r->out && row[-1] != '\n')
        row--;
    char age[16] = "", date[32] = "";
    ck_assert_int_eq(sscanf(row, "%15s %31s", age, date), 2);
    ck_assert_msg(strcmp(age, "now") == 0 || age[strlen(age) - 1] == 's', "%s", age);
    ck_assert_msg(strlen(date) == strlen("2026-01-02T03:04:05Z") && date[4] == '-', "%s", date);
}

/* Everywhere the users are the others: a count of attaches that has ours is less by them. */
TEST(our_own_attach_is_not_counted)
{
    struct seg_stat stat = {.known = SEG_HAS_ATTACHED, .attached = 2};
    struct segrow row = {.kind = SEG_SYSV, .stat = &stat, .users = {.ours = 1}};
    ck_assert_uint_eq(segrow_attached(&row), 1); /* by one that was not found */
    ck_assert_uint_eq(segrow_users(&row), 1);
    row.users.ro = row.users.mappings = 1;
    ck_assert_uint_eq(segrow_users(&row), 1);
    stat.attached = 1;
    row.users = (struct seg_users){.ours = 1};
    ck_assert_uint_eq(segrow_users(&row), 0);
}

TEST(strange_names)
{
    char hostile[300];
    char longest[300];
    (void)snprintf(hostile, sizeof hostile, "%s a\nb\x1b[31m\xff\\\xe2\x80\xae", run_name("odd"));
    run_make(hostile, "abc", 3, 3);
    (void)snprintf(longest, sizeof longest, "%s-", run_name("long"));
    size_t n = strlen(longest);
    memset(longest + n, 'x', 256 - n);
    longest[256] = '\0';
    run_make(longest, "abc", 3, 3);
    const struct ran *r = RUN("ls");
    ck_assert_ptr_nonnull(strstr(r->out, "odd\\x20a\\x0ab\\x1b[31m\\xff\\\\\\xe2\\x80\\xae "));
    ck_assert_ptr_nonnull(strstr(r->out, longest));
    ck_assert_ptr_null(strchr(r->out, '\x1b'));
    char pasted[700];
    (void)snprintf(pasted, sizeof pasted, "%s a\\x0ab\\x1b[31m\\xff\\\\\\xe2\\x80\\xae",
                   run_name("odd"));
    r = RUN("info", pasted);
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->out, "\\x0ab\\x1b[31m\\xff\\\\"));
    ck_assert_int_eq(RUN("peek", pasted)->status, 0);
    json_decref(run_json(RUN("ls", "--json")));
    json_decref(run_json(RUN("info", pasted, "--json")));
    (void)shm_unlink(hostile);
}

TEST(json)
{
    const char *n = run_name("json");
    char locator[600];
    (void)snprintf(locator, sizeof locator, "posix:%s", n);
    run_make(n, "abc", 3, 100);
    json_t *list = run_json(RUN("ls", "--json"));
    ck_assert_int_eq(json_integer_value(json_object_get(list, "format")), 1);
    ck_assert(json_is_integer(json_object_get(list, "unreadable")));
    json_t *row = row_of(list, locator);
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(json_string_value(json_object_get(row, "kind")), "posix");
    ck_assert_str_eq(json_string_value(json_object_get(row, "name")), n + 1);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "size")), 100);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "resident")), 4096);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "uid")), (json_int_t)geteuid());
    ck_assert_int_eq(json_integer_value(json_object_get(row, "attached")), 0);
    ck_assert(json_is_array(json_object_get(row, "state")));
    ck_assert(json_real_value(json_object_get(row, "mtime")) > 1.6e9);
    ck_assert_ptr_null(json_object_get(row, "creator_pid"));
    json_decref(list);
}

TEST(who_has_it)
{
    const char *n = run_name("who");
    run_make(n, "abc", 3, 4096);
    int fd = shm_open(n, O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    json_t *o = run_json(RUN("info", n, "--json"));
    json_t *holder = json_array_get(json_object_get(o, "holders"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(holder, "pid")), getpid());
    ck_assert_int_eq(json_integer_value(json_object_get(holder, "fd")), fd);
    ck_assert_uint_eq(json_array_size(json_object_get(o, "mappers")), 0);
    json_decref(o);
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    o = run_json(RUN("info", n, "--json"));
    json_t *mapper = json_array_get(json_object_get(o, "mappers"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(mapper, "pid")), getpid());
    ck_assert_str_eq(json_string_value(json_object_get(mapper, "access")), "rw");
    ck_assert_int_eq(json_integer_value(json_object_get(mapper, "length")), 4096);
    ck_assert_int_eq(json_integer_value(json_object_get(mapper, "offset")), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "attached")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(o, "state")), 0);
    json_decref(o);
    const struct ran *r = RUN("info", n);
    ck_assert_ptr_nonnull(strstr(r->out, "size:      4096\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "mode:      0600 rw-------\n"));
    ck_assert_ptr_nonnull(strstr(r->out, " rw at 0x"));
    munmap(p, 4096);
    close(fd);
    r = RUN("info", n);
    ck_assert(strstr(r->out, "state:     orphan") != NULL || strstr(r->out, "state:     idle"));
    ck_assert_ptr_nonnull(strstr(r->out, "mapped by: no process"));
    ck_assert_ptr_null(strstr(r->out, "users:"));
    ck_assert_ptr_nonnull(strstr(r->out, "not read:  "));
}

/* The second field of the segment's line, `header` being that of its column. */
static const char *field_of(const struct ran *r, const char *header, const char *name)
{
    static char field[2048];
    char start[600];
    (void)snprintf(start, sizeof start, "posix:%s ", name);
    ck_assert_int_eq(strncmp(r->out, header, strlen(header)), 0);
    const char *line = line_of(r, start);
    ck_assert_ptr_nonnull(line);
    (void)snprintf(field, sizeof field, "%s", line + strlen(start));
    return field;
}

TEST(used_by_names_the_users)
{
    const char *n = run_name("used");
    char locator[600];
    (void)snprintf(locator, sizeof locator, "posix:%s", n);
    run_make(n, "abc", 3, 4096);
    int fd = shm_open(n, O_RDWR, 0);
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    const struct ran *r = RUN("ls", "--columns", "LOCATOR,USED-BY");
    ck_assert_str_eq(field_of(r, "LOCATOR USED-BY\n", n), "unit_program");
    r = RUN("ls", "--columns", "LOCATOR,USERS,PROCS"); /* the older word, the same column */
    ck_assert_str_eq(field_of(r, "LOCATOR USED-BY PROCS\n", n), "unit_program 1");
    json_t *list = run_json(RUN("ls", "--json", "--columns", "USED-BY"));
    json_t *mapper = json_array_get(json_object_get(row_of(list, locator), "mappers"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(mapper, "name")), "unit_program");
    ck_assert_int_eq(json_integer_value(json_object_get(mapper, "pid")), getpid());
    json_decref(list);
    munmap(p, 4096);
    close(fd);
    const char *nobody = field_of(RUN("ls", "--columns", "LOCATOR,USED-BY"), "LOCATOR ", n);
    ck_assert(strcmp(nobody, "-") == 0 || strcmp(nobody, "?") == 0); /* not all could be read */
}

TEST(not_segments)
{
    char path[600];
    const char *folder = run_name("folder");
    (void)snprintf(path, sizeof path, "/dev/shm%s", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    const struct ran *r = RUN("ls");
    bool listed = strstr(r->out, folder) != NULL;
    r = RUN("peek", folder);
    int status = r->status;
    bool said = strstr(r->err, "not a segment") != NULL;
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert(!listed);
    ck_assert_int_eq(status, 2);
    ck_assert(said);
    const char *fifo = run_name("fifo");
    (void)snprintf(path, sizeof path, "/dev/shm%s", fifo);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(RUN("peek", fifo)->status, 2);
    ck_assert_ptr_null(strstr(RUN("ls")->out, fifo));
}

TEST(semaphores_are_what_they_are)
{
    char name[300];
    (void)snprintf(name, sizeof name, "/sem.shmlens-test-%d", (int)getpid());
    run_make(name, "abc", 3, 32);
    json_t *list = run_json(RUN("ls", "--json", "--kind", "sem"));
    char locator[400];
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    json_t *row = row_of(list, locator);
    (void)shm_unlink(name);
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(json_string_value(json_object_get(row, "kind")), "sem");
    json_decref(list);
}

SUITE(test_program_cli_ls, .tear_down = run_end,
      TESTS(lists, sorts, ages_and_dates, our_own_attach_is_not_counted, strange_names, json,
            who_has_it, used_by_names_the_users, not_segments, semaphores_are_what_they_are));
