/* What stays in memory when its users have ended, and is no segment with a name: files in folders
 * of /dev/shm, files on hugetlbfs, memfds that are only mapped privately; and access control lists.
 */
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/run.h"
#include "support/suite.h"

enum { PAGE = 4096, DEEPER = 7 };

static char folder[64]; /* of this test, in /dev/shm */

static void set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/dev/shm/shmlens-test-%d-folder", (int)getpid());
    remover_path(folder);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
}

static void tear_down(void)
{
    ck_assert(remover_tree(folder));
    run_end();
}

/* A file of one page at `folder/PART`. */
static const char *make_file(const char *part)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, part);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, PAGE), 0);
    ck_assert_int_eq((int)pwrite(fd, "x", 1, 0), 1);
    close(fd);
    return path;
}

static void make_folder(const char *part)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, part);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* The row of a file; NULL: none. */
static json_t *file_row(const char *kinds, const char *path, json_t **all)
{
    char locator[300];
    (void)snprintf(locator, sizeof locator, "file:%s", path);
    return told_row(kinds, "locator", locator, all);
}

/* Is this one of the words of its state? */
static bool has_state(const json_t *row, const char *word)
{
    size_t i = 0;
    json_t *state = NULL;
    json_array_foreach(json_object_get(row, "state"), i, state)
    {
        if (strcmp(json_string_value(state), word) == 0)
            return true;
    }
    return false;
}

static bool is_unused(const json_t *row)
{
    return has_state(row, "orphan") || has_state(row, "idle");
}

static const struct {
    const char *kinds;
    bool listed;
} asked[] = {{"posix", true}, {"file", true}, {"posix,sysv,memfd", true}, {"sysv,sem", false}};

TEST_LOOP(a_file_in_a_folder_is_listed, SUITE_ROWS(asked))
{
    json_t *all = NULL;
    json_t *row = file_row(asked[_i].kinds, make_file("ring"), &all);
    ck_assert_int_eq(row != NULL, asked[_i].listed);
    if (row != NULL) {
        ck_assert_str_eq(json_string_value(json_object_get(row, "kind")), "file");
        ck_assert_int_eq((int)told_number(row, "resident"), PAGE);
        ck_assert(is_unused(row));
    }
    json_decref(all);
}

TEST(it_is_in_the_usual_list_and_its_users_are_counted)
{
    json_t *all = NULL;
    const char *path = make_file("ring");
    ck_assert_ptr_nonnull(strstr(RUN("ls")->out, path));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    close(fd);
    json_t *row = file_row("posix,file", path, &all);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq((int)told_number(row, "attached"), 1);
    ck_assert(!is_unused(row));
    json_decref(all);
    munmap(p, PAGE);
}

TEST(info_says_the_same)
{
    char locator[300];
    (void)snprintf(locator, sizeof locator, "file:%s", make_file("ring"));
    json_t *info = run_json(RUN("info", "--json", locator));
    ck_assert(is_unused(info));
    json_decref(info);
}

TEST(folders_are_entered_so_deep_and_links_never)
{
    static const char deep[] = "1/2/3/4/5/6/7";
    char link[256];
    char part[64];
    for (int i = 0; i < DEEPER; i++) {
        (void)snprintf(part, sizeof part, "%.*s", 2 * i + 1, deep);
        make_folder(part);
        (void)snprintf(part, sizeof part, "%.*s/in-%d", 2 * i + 1, deep, i + 1);
        (void)make_file(part);
    }
    (void)snprintf(link, sizeof link, "%s/link", folder);
    ck_assert_int_eq(symlink("/usr/include", link), 0);
    (void)snprintf(link, sizeof link, "%s/away", folder);
    ck_assert_int_eq(symlink("/etc/passwd", link), 0);
    const char *list = RUN("ls", "--kind", "posix")->out;
    ck_assert_ptr_nonnull(strstr(list, "/in-1 "));
    ck_assert_ptr_nonnull(strstr(list, "/in-3 "));
    ck_assert_ptr_null(strstr(list, "/in-7 "));
    ck_assert_ptr_null(strstr(list, "/link"));
    ck_assert_ptr_null(strstr(list, "/away"));
}

TEST(clean_leaves_it_and_says_so)
{
    const char *path = make_file("ring");
    char pattern[300];
    (void)snprintf(pattern, sizeof pattern, "file:%s/*", folder);
    const struct ran *r = RUN("clean", "--yes", "--older-than", "0s", pattern);
    ck_assert_int_eq(r->status, 0);
    ck_assert_str_eq(r->out, "");
    ck_assert_ptr_nonnull(strstr(r->err, "skipped: 1 in folders of /dev/shm"));
    ck_assert_int_eq(access(path, F_OK), 0);
}

/* ---- access control lists ---- */

enum { OWNER = 1, USER = 2, GROUP = 4, MASK = 16, OTHER = 32 }; /* tags of entries */

struct acl_entry {
    uint16_t tag, rights;
    uint32_t id;
};

static const struct {
    mode_t mode;
    bool acl, more; /* it has one; it says more than the mode */
    const char *shown;
} lists[] = {
    {0660, true, true, "mode:      0660 rw-rw----+\n"},
    {0660, false, false, "mode:      0660 rw-rw----\n"},
    {0600, false, false, "mode:      0600 rw-------\n"},
};

static void give_acl(const char *path)
{
    const struct {
        uint32_t version;
        struct acl_entry entry[5];
    } acl = {2,
             {{OWNER, 6, UINT32_MAX},
              {USER, 6, 12345},
              {GROUP, 0, UINT32_MAX},
              {MASK, 6, UINT32_MAX},
              {OTHER, 0, UINT32_MAX}}};
    ck_assert_int_eq(setxattr(path, "system.posix_acl_access", &acl, sizeof acl, 0), 0);
}

TEST_LOOP(a_list_of_rights_is_shown, SUITE_ROWS(lists))
{
    const char *name = run_name("rights");
    char path[400];
    char locator[300];
    json_t *all = NULL;
    run_make(name, "abc", 3, PAGE);
    (void)snprintf(path, sizeof path, "/dev/shm%s", name);
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    ck_assert_int_eq(chmod(path, lists[_i].mode), 0);
    if (lists[_i].acl)
        give_acl(path);
    ck_assert_ptr_nonnull(strstr(RUN("info", name)->out, lists[_i].shown));
    json_t *info = run_json(RUN("info", "--json", name));
    ck_assert_int_eq(json_is_true(json_object_get(info, "acl")), lists[_i].more);
    json_decref(info);
    json_t *row = told_row("posix", "locator", locator, &all);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(json_is_true(json_object_get(row, "acl")), lists[_i].more);
    json_decref(all);
    (void)snprintf(path, sizeof path, "%04o%s %s", (unsigned)lists[_i].mode,
                   lists[_i].more ? "+" : "", locator);
    ck_assert_ptr_nonnull(strstr(RUN("ls", "--columns", "mode,locator")->out, path));
}

/* ---- memfds ---- */

TEST(a_memfd_that_is_only_mapped_privately_is_listed)
{
    char name[64];
    json_t *all = NULL;
    (void)snprintf(name, sizeof name, "shmlens-test-%d-private", (int)getpid());
    int fd = memfd_create(name, MFD_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, PAGE), 0);
    ck_assert_int_eq((int)pwrite(fd, "hello", 5, 0), 5);
    void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    close(fd);
    json_t *row = told_row("memfd", "name", name, &all);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq((int)told_number(row, "attached"), 1);
    const char *locator = json_string_value(json_object_get(row, "locator"));
    ck_assert_int_eq(strncmp(locator, "map:", 4), 0);
    if (getuid() == 0)
        ck_assert_int_eq(strncmp(RUN("peek", "--raw", locator, "0", "5")->out, "hello", 5), 0);
    json_decref(all);
    munmap(p, PAGE);
}

static long free_huge_pages(void)
{
    char line[128];
    long n = 0;
    FILE *f = fopen("/proc/meminfo", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        (void)sscanf(line, "HugePages_Free: %ld", &n);
    if (f != NULL)
        fclose(f);
    return n;
}

TEST(zeros_of_huge_pages_are_saved_as_holes)
{
    enum { HUGE = 2 << 20 };
    char locator[64];
    struct stat st;
    const char *file = run_path("saved");
    if (free_huge_pages() < 2)
        SKIP("huge pages: fewer than two are free");
    int fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);
    ck_assert(fd >= 0 && ftruncate(fd, 2 * HUGE) == 0);
    unsigned char *p = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    p[HUGE] = 7;
    (void)snprintf(locator, sizeof locator, "fd:%d/%d", (int)getpid(), fd);
    ck_assert_int_eq(RUN("save", locator, file)->status, 0);
    ck_assert_int_eq(stat(file, &st), 0);
    ck_assert_int_eq((int)st.st_size, 2 * HUGE);
    ck_assert_int_le((int)st.st_blocks * 512, HUGE);
    fd = open(file, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq((int)pread(fd, p, 1, HUGE), 1);
    ck_assert_int_eq(p[0], 7);
    close(fd);
    munmap(p, 2 * HUGE);
}

SUITE(test_program_cli_leftover, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_file_in_a_folder_is_listed, it_is_in_the_usual_list_and_its_users_are_counted,
            info_says_the_same, folders_are_entered_so_deep_and_links_never,
            clean_leaves_it_and_says_so, a_list_of_rights_is_shown,
            a_memfd_that_is_only_mapped_privately_is_listed,
            zeros_of_huge_pages_are_saved_as_holes));
