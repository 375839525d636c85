/* What a refresh notices, what is changed besides bytes, and what the log says. */
#include "backend/sys.h"
#include "support/backend_suite.h"
#include "support/suite.h"

TEST(test_refresh_notices)
{
    struct seg *s;
    struct seg_stat st;
    int fd = raw_create(own_name("a"), 8192);
    must(seg_open(be, own_name("a"), SEG_READ, &s));
    must(seg_refresh(s, &st));
    ck_assert(!st.name_gone && !st.replaced && !st.denied && st.state == 0);
    ck_assert_int_eq(ftruncate(fd, 100), 0);
    must(seg_refresh(s, &st));
    ck_assert_uint_eq(st.size, 100);
    ck_assert_int_eq(ftruncate(fd, 1 << 20), 0);
    must(seg_refresh(s, &st));
    ck_assert_uint_eq(st.size, 1 << 20);
    ck_assert_int_eq(shm_unlink(own_name("a")), 0);
    must(seg_refresh(s, &st));
    ck_assert(st.name_gone && !st.replaced && (st.state & SEG_ST_UNLINKED) != 0);
    int other = raw_create(own_name("a"), 4096);
    must(seg_refresh(s, &st));
    ck_assert(!st.name_gone && st.replaced);
    ck_assert_uint_eq(st.size, 1 << 20);
    seg_close(s);
    close(fd);
    close(other);
}

/* As nobody: readable by all, then by its owner only. */
static int child_denied(void *arg)
{
    int *turns = arg; /* pipes: [1] to the parent, [2] from it */
    struct seg *s;
    struct seg_stat st;
    char name[64], byte = 0;
    snprintf(name, sizeof name, "/shmlens-test-%d-mode", (int)getppid());
    if (oserr_is(seg_open(be, name, SEG_READ, &s)) || oserr_is(seg_refresh(s, &st)) || st.denied)
        return 1;
    struct oserr e = seg_set_access(s, SEG_WRITE);
    if (oserr_kind(e) != OSERR_K_DENIED || seg_get_access(s) != SEG_READ)
        return 2;
    if (write(turns[1], "", 1) != 1 || read(turns[2], &byte, 1) != 1)
        return 3;
    if (oserr_is(seg_refresh(s, &st)) || !st.denied)
        return 4;
    seg_close(s);
    e = seg_open(be, name, SEG_READ, &s);
    if (oserr_kind(e) != OSERR_K_DENIED || strcmp(e.call, "shm_open") != 0)
        return 5;
    if (oserr_is(seg_open(be, name, SEG_STAT, &s)) || seg_last(s)->size != 4096)
        return 6;
    if (oserr_kind(seg_chmod(s, 0666)) != OSERR_K_DENIED)
        return 7;
    seg_close(s);
    return 0;
}

TEST(test_permission_lost)
{
    int to_parent[2], to_child[2];
    char byte;
    if (getuid() != 0)
        SKIP("only root can become another user");
    int fd = raw_create(own_name("mode"), 4096);
    ck_assert_int_eq(fchmod(fd, 0644), 0);
    ck_assert_int_eq(pipe(to_parent) | pipe(to_child), 0);
    int turns[3] = {0, to_parent[1], to_child[0]};
    pid_t pid = fork();
    if (pid == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(98);
        _exit(child_denied(turns));
    }
    close(to_parent[1]);
    if (read(to_parent[0], &byte, 1) == 1) {
        ck_assert_int_eq(fchmod(fd, 0600), 0);
        ck_assert_int_eq((int)write(to_child[1], "", 1), 1);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    close(fd);
    close(to_parent[0]);
    close(to_child[0]);
    close(to_child[1]);
}

TEST(test_chmod_and_resize)
{
    struct seg *s;
    struct seg_stat st;
    must(seg_create(be, own_name("a"), 100, 0600, &s));
    must(seg_chmod(s, 0));
    ck_assert_uint_eq(seg_last(s)->mode, 0);
    must(seg_resize(s, 5000));
    must(seg_refresh(s, &st));
    ck_assert_uint_eq(st.size, 5000);
    must(seg_resize(s, 0));
    ck_assert_uint_eq(seg_last(s)->size, 0);
    must_fail(seg_resize(s, UINT64_MAX), SEG_E_SIZE);
    seg_close(s);
    must(seg_open(be, own_name("a"), SEG_STAT, &s));
    must(seg_chmod(s, 0640));
    ck_assert_uint_eq(seg_last(s)->mode, 0640);
    char b;
    size_t got;
    must_fail(seg_read(s, 0, &b, 1, &got), SEG_E_UNSUPPORTED);
    must(seg_set_access(s, SEG_READ));
    must(seg_read(s, 0, &b, 1, &got));
    seg_close(s);
}

TEST(test_log_shows_and_folds)
{
    struct seg *s;
    struct seg_stat st;
    struct oscall c;
    uint64_t seq = 0, refreshes = 0;
    bool opened = false, swapped = false;
    must(seg_create(be, own_name("a"), 64, 0600, &s));
    for (int i = 0; i < 500; i++)
        must(seg_refresh(s, &st));
    struct poke p = {.offset = 16, .size = 4, .cas = true, .value = {1}};
    struct poked r;
    must(seg_poke(s, &p, &r));
    struct seg *none;
    must_fail(seg_open(be, own_name("nope"), SEG_READ, &none), ENOENT);
    size_t entries = 0;
    bool failed = false;
    for (; backend_call(be, &seq, &c); entries++) {
        opened = opened || strncmp(c.text, "shm_open(\"/shmlens-test-", 24) == 0;
        failed = failed || strstr(c.text, " = -1 ENOENT") != NULL;
        swapped =
            swapped ||
            strncmp(c.text, "compare-and-swap 4 bytes at +0x10: 0 -> 1, done   at 0x", 55) == 0;
        if (strncmp(c.text, "lstat(", 6) == 0 && c.repeats > refreshes)
            refreshes = c.repeats;
    }
    ck_assert(opened && swapped && failed);
    ck_assert_uint_eq(refreshes, 500);
    ck_assert_uint_lt(entries, 25);
    ck_assert_uint_ge(backend_call_count(be), 1000);
    seg_close(s);
}

/* The log tells of stores in their order: only equal ones in a row are one entry. */
TEST(test_log_keeps_the_order_of_stores)
{
    static const uint8_t values[] = {7, 0, 7, 7, 7};
    struct seg *s;
    struct oscall c;
    struct poked r;
    uint64_t seq = 0, times[8] = {0};
    size_t stores = 0;
    must(seg_create(be, own_name("a"), 64, 0600, &s));
    for (size_t i = 0; i < sizeof values; i++)
        must(seg_poke(s, &(struct poke){.offset = 8, .size = 4, .value = {values[i]}}, &r));
    while (backend_call(be, &seq, &c))
        if (strncmp(c.text, "store 4 bytes at +0x8: ", 23) == 0 && stores < 8)
            times[stores++] = c.repeats;
    ck_assert_uint_eq(stores, 4); /* 0 -> 7, 7 -> 0, 0 -> 7, 7 -> 7 */
    ck_assert_uint_eq(times[0], 1);
    ck_assert_uint_eq(times[3], 2);
    seg_close(s);
}

TEST(test_names_are_strings_of_c)
{
    static const char *const names[][2] = {
        {"/plain", "\"/plain\""},
        {"", "\"\""},
        {"/a\", 0); system(\"id\"); (\"b", "\"/a\\\", 0); system(\\\"id\\\"); (\\\"b\""},
        {"/a\\", "\"/a\\\\\""},
        {"/a\n\x01"
         "1\x7f",
         "\"/a\\012\\0011\\177\""},
        {"/?"
         "?/?"
         "?"
         "?",
         "\"/?\\?/?\\?\\?\""},
        {"/\xc3\xa9", "\"/\xc3\xa9\""},
    };
    char buf[SYS_QUOTED], name[300];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_str_eq(sys_quoted(names[i][0], buf), names[i][1]);
    for (size_t n = 100; n < sizeof name - 1; n++) { /* never half an escape */
        memset(name, '"', n);
        name[n] = '\0';
        ck_assert_uint_lt(strlen(sys_quoted(name, buf)), SYS_QUOTED);
        ck_assert_str_eq(buf + strlen(buf) - 6, "\\\"\"...");
    }
}

TEST(test_errors_speak)
{
    char buf[64];
    struct oserr none = {"shm_open", ENOENT};
    ck_assert_str_eq(oserr_text(none, buf, sizeof buf), "No such file or directory");
    ck_assert_int_eq(oserr_kind(none), OSERR_K_MISSING);
    for (uint32_t code = SEG_E_LOCATOR; code < SEG_E_END; code++) {
        struct oserr e = {"x", code};
        ck_assert_str_ne(oserr_text(e, buf, sizeof buf), "refused");
        ck_assert_uint_gt(strlen(buf), 3);
    }
    ck_assert_int_eq(oserr_kind((struct oserr){"x", SEG_E_NO_SPACE}), OSERR_K_FULL);
    ck_assert_int_eq(oserr_kind((struct oserr){"x", SEG_E_STRAY}), OSERR_K_MISSING);
    ck_assert_int_eq(oserr_kind(OSERR_NONE), OSERR_K_NONE);
}

/* Does the log say so of any call? */
static bool was_said(const char *what)
{
    struct oscall call;
    uint64_t seq = 0;
    bool said = false;
    while (backend_call(be, &seq, &call))
        said = said || strstr(call.text, what) != NULL;
    return said;
}

/* At every tick it is asked whether a mapping is still there: of that one, not of all. */
TEST(test_one_mapping_of_many)
{
    enum { MANY = 2000, PAGE = 4096, CALLS_MOST = 16 };
    struct seg *s;
    struct seg_stat st;
    char locator[64];
    int fd = raw_create(own_name("a"), PAGE);
    void *first = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    for (int i = 0; i < MANY; i++) /* of other rights than its neighbours: none are put together */
        ck_assert_ptr_ne(
            mmap(NULL, PAGE, i % 2 == 0 ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0),
            MAP_FAILED);
    snprintf(locator, sizeof locator, "map:%d/%p", (int)getpid(), first);
    struct oserr e = seg_open(be, locator, SEG_STAT, &s);
    if (oserr_is(e) || was_said("PROCMAP_QUERY) = -1 ENOTTY")) {
        seg_close(oserr_is(e) ? NULL : s);
        SKIP("this kernel cannot be asked for one mapping");
    }
    uint64_t before = backend_call_count(be);
    must(seg_refresh(s, &st));
    ck_assert_uint_le(backend_call_count(be) - before, CALLS_MOST);
    ck_assert(!st.name_gone && !st.replaced);
    ck_assert_int_eq(munmap(first, PAGE), 0);
    while (!st.name_gone) /* where asking takes long it is not asked every time */
        must(seg_refresh(s, &st));
    seg_close(s);
}

SUITE(test_backend_notice, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_refresh_notices, test_permission_lost, test_chmod_and_resize,
            test_log_shows_and_folds, test_log_keeps_the_order_of_stores,
            test_names_are_strings_of_c, test_errors_speak, test_one_mapping_of_many));
