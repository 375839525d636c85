/* As a user who may not do everything: what is refused is said, what is seen is true, and nothing
 * is changed. Needs root, to become somebody else. */
#include "support.h"
#include "support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOBODY = 65534, SIZE = 4096 };

#define AS_NOBODY "/proc/self/exe", "test_e2e_users", "--peer"

static const char *name; /* of root's segment */

static void set_up(void)
{
    name = e2e_name("users");
    support_make(name, "of root", 7, SIZE);
}

static void tear_down(void)
{
    shm_unlink(name);
}

static void set_mode(mode_t mode)
{
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static struct e2e_result as_nobody(const char *const *words)
{
    const char *argv[E2E_ARGS_MAX] = {e2e_shmlens};
    for (int i = 0; words[i] != NULL; i++)
        argv[i + 1] = words[i];
    return e2e_command(&(struct e2e_command){.argv = argv, .uid = NOBODY});
}

/* Can another user run the program at all, where it lies? */
static bool usable(void)
{
    if (geteuid() != 0) {
        printf("skip: only root can become another user\n");
        return false;
    }
    struct e2e_result r = as_nobody(E2E_ARGV("--version"));
    bool runs = r.status == 0;
    e2e_result_free(&r);
    if (!runs)
        printf("skip: another user cannot run the program where it lies\n");
    return runs;
}

/* ---- commands ---- */

static const struct {
    mode_t mode;
    const char *words[8]; /* NAME is the segment */
    int status;
    const char *says; /* on stderr */
} commands[] = {
    {0600, {"peek", "NAME"}, 2, "Permission denied"},
    {0600, {"poke", "NAME", "0", "1", "--as=u8"}, 2, "Permission denied"},
    {0600, {"find", "NAME", "root"}, 2, "Permission denied"},
    {0600, {"watch", "NAME", "--for", "1s"}, 2, "Permission denied"},
    {0600, {"rm", "NAME"}, 2, "NAME"},
    {0600, {"rm", "--force", "NAME"}, 2, "Operation not permitted"},
    {0600, {"chmod", "NAME", "666"}, 2, "Operation not permitted"},
    {0600, {"resize", "NAME", "1"}, 2, "Permission denied"},
    {0600, {"create", "NAME", "1"}, 2, "exists"},
    {0644, {"peek", "NAME", "--as", "utf8"}, 0, ""},
    {0644, {"poke", "NAME", "0", "1", "--as=u8"}, 2, "Permission denied"},
    {0644, {"fill", "NAME", "0", "1", "1"}, 2, "Permission denied"},
    {0644, {"resize", "NAME", "1"}, 2, "Permission denied"},
    {0644, {"rm", "--force", "NAME"}, 2, "Operation not permitted"},
    {0644, {"chmod", "NAME", "666"}, 2, "Operation not permitted"},
    {0222, {"peek", "NAME"}, 2, "Permission denied"},
};

static void check_error(const struct e2e_result *r, const char *says)
{
    if (strcmp(says, "NAME") == 0)
        says = name;
    ck_assert_msg(strstr(r->err, says) != NULL, "not `%s`: %s", says, r->err);
    ck_assert(*says == '\0' || strncmp(r->err, "shmlens: ", 9) == 0);
}

TEST_LOOP(refused_and_unchanged, SUITE_ROWS(commands))
{
    char bytes[8] = "";
    if (!usable())
        return;
    set_mode(commands[_i].mode);
    const char *words[9] = {NULL};
    for (int i = 0; i < 8 && commands[_i].words[i] != NULL; i++)
        words[i] = strcmp(commands[_i].words[i], "NAME") == 0 ? name : commands[_i].words[i];
    struct e2e_result r = as_nobody(words);
    ck_assert_msg(r.status == commands[_i].status, "%d: %s", r.status, r.err);
    check_error(&r, commands[_i].says);
    e2e_result_free(&r);
    support_bytes(name, 0, bytes, 7);
    ck_assert_str_eq(bytes, "of root");
    ck_assert_uint_eq(support_size(name), SIZE);
}

/* It lists what it may not open, and counts whom it could not ask. */
TEST(lists_what_it_may_not_read)
{
    if (!usable())
        return;
    struct e2e_peer *holder = e2e_peer("holder", "rw", name);
    struct e2e_result r = as_nobody(E2E_ARGV("ls", "--json"));
    ck_assert_int_eq(r.status, 0);
    ck_assert_ptr_nonnull(strstr(r.out, name));
    ck_assert_ptr_null(strstr(r.out, "\"unreadable\":0"));
    e2e_result_free(&r);
    r = as_nobody(E2E_ARGV("ls", "--orphans"));
    ck_assert_msg(strstr(r.out, name) == NULL, "not proved: %s", r.out);
    e2e_result_free(&r);
    e2e_peer_end(holder);
}

/* ---- the UI ---- */

/* The suite as another process becomes the program of these words, as nobody. */
static int become_nobody(char **words)
{
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        return 126;
    execv(words[0], words);
    return 127;
}

static struct e2e *ui_as_nobody(const char *locator)
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(AS_NOBODY, e2e_shmlens, locator), .rows = 24, .cols = 100});
    return t;
}

TEST(ui_reads_what_it_may)
{
    if (!usable())
        return;
    set_mode(0644);
    struct e2e *t = ui_as_nobody(name);
    e2e_wait_text(t, "of root", 0);
    e2e_keys(t, "i");
    e2e_wait_text(t, "no editing: ", 0);
    e2e_wait_text(t, "ermission denied", 0);
    ck_assert(e2e_find(t, "READ-ONLY", NULL, NULL));
    e2e_keys(t, ":poke 0 1 --as u8\r");
    e2e_settle(t, 60, 500);
    e2e_keys(t, "y");
    e2e_wait_text(t, "ermission denied", 0);
    ck_assert(e2e_find(t, "of root", NULL, NULL));
    e2e_keys(t, ":set hz 100\r"); /* its home is root's: it cannot be kept, which is said */
    e2e_wait_text(t, "LIVE 100 Hz", 0);
    e2e_settle(t, 60, 500);
    set_mode(0600);
    e2e_wait_text(t, "permission lost", 0);
    set_mode(0644);
    e2e_wait_no_text(t, "permission lost", 0);
    support_quit(t);
}

TEST(ui_of_what_it_may_not_read)
{
    if (!usable())
        return;
    struct e2e *t = ui_as_nobody(name);
    ck_assert_int_eq(e2e_exit(t, 0), 2);
    ck_assert_msg(e2e_find(t, "ermission denied", NULL, NULL), "%s", e2e_row(t, 0));
    ck_assert_ptr_null(support_not_restored(t));
    e2e_end(t);
}

/* A segment of nobody's that nobody has. */
static const char *own_segment(void)
{
    const char *own = e2e_name("users-own");
    support_make(own, "of mine", 7, SIZE);
    int fd = shm_open(own, O_RDWR, 0);
    ck_assert_int_eq(fchown(fd, NOBODY, NOBODY), 0);
    close(fd);
    return own;
}

static bool gone(const char *of)
{
    int fd = shm_open(of, O_RDONLY, 0);
    close(fd);
    return fd < 0;
}

/* It lists what is root's and does not claim to know who has it; what it removes is its own. */
TEST(the_list_of_another_user)
{
    char base[64];
    if (!usable())
        return;
    const char *own = own_segment();
    struct e2e_peer *holder = e2e_peer("holder", "rw", name);
    struct e2e *t = ui_as_nobody(NULL);
    e2e_wait_text(t, own, 0);
    e2e_wait_text(t, "not read", 0);
    snprintf(base, sizeof base, "/%s", name); /* a filter, with the name's own slash */
    e2e_keys(t, base);
    e2e_wait_no_text(t, own, 0);
    e2e_keys(t, "<Enter>");
    e2e_wait_no_text(t, "filter:", 0);
    e2e_wait_row(t, 2, "?", 0);                          /* not: nobody */
    ck_assert_ptr_null(strstr(e2e_row(t, 2), "orphan")); /* others, of System V, may be */
    e2e_keys(t, "<Enter>");
    e2e_wait_text(t, "ermission denied", 0);
    e2e_keys(t, "d");
    e2e_wait_text(t, "Type its name, or yes", 0);
    e2e_wait_text(t, "idle: no user found, but ", 0);
    e2e_keys(t, "yes<Enter>");
    e2e_wait_text(t, "not permitted", 0);
    ck_assert(!gone(name));
    e2e_keys(t, "<Esc>"); /* all again */
    e2e_wait_text(t, own, 0);
    e2e_keys(t, "/");
    e2e_wait_text(t, "filter:", 0);
    e2e_keys(t, own);
    e2e_wait_no_text(t, name, 0);
    e2e_keys(t, "<Enter>");
    e2e_wait_no_text(t, "filter:", 0);
    e2e_wait_row(t, 2, own, 0);
    e2e_keys(t, "d");
    e2e_wait_text(t, "Type its name, or yes", 0);
    e2e_keys(t, "yes<Enter>");
    e2e_wait_text(t, "removed", 0);
    ck_assert(gone(own) && !gone(name));
    support_quit(t);
    e2e_peer_end(holder);
}

/* Who has it, as far as another user may see: its own processes are named, root's are counted as
 * not read; root sees both. */
TEST(the_panel_of_another_user)
{
    char path[1024];
    if (!usable())
        return;
    set_mode(0666);
    snprintf(path, sizeof path, "%s/peer_holder", e2e_peers);
    struct e2e *t = ui_as_nobody(name);
    struct e2e_peer *holder = e2e_peer("holder", "rw", name);
    e2e_wait_text(t, "of root", 0);
    e2e_keys(t, "o");
    e2e_wait_text(t, "used by no other process", 0); /* ours is not counted */
    e2e_wait_text(t, "could not be read", 0);
    e2e_wait_text(t, "no other process seen", 0); /* not: nobody */
    ck_assert(!e2e_find(t, "peer_holder", NULL, NULL));
    struct e2e_peer *own = e2e_background(E2E_ARGV(AS_NOBODY, path, "rw", name));
    ck_assert_str_eq(e2e_peer_line(own, 0), "ready");
    snprintf(path, sizeof path, " %d peer_holder", (int)e2e_peer_pid(own));
    e2e_wait_text(t, path, 0);
    snprintf(path, sizeof path, "%d peer_holder", (int)e2e_peer_pid(holder));
    ck_assert(!e2e_find(t, path, NULL, NULL));
    support_quit(t);
    struct e2e_result r = e2e_run("info", name);
    ck_assert_msg(strstr(r.out, path) != NULL, "as root: %s", r.out);
    e2e_result_free(&r);
    e2e_peer_end(own);
    e2e_peer_end(holder);
}

/* What is root's is neither listed to go nor removed. */
TEST(cleaning_as_another_user)
{
    char line[200];
    if (!usable())
        return;
    const char *own = own_segment();
    struct e2e *t = ui_as_nobody(NULL);
    e2e_wait_text(t, own, 0);
    snprintf(line, sizeof line, ":clean %s %s --older-than 0s --all-users<Enter>", own, name);
    e2e_keys(t, line);
    e2e_wait_text(t, "1 orphan (4 KiB) can be", 0);
    e2e_wait_text(t, own, 0);
    ck_assert(!gone(own));
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "can be removed", 0);
    snprintf(line, sizeof line, ":clean %s %s --older-than 0s --all-users --yes<Enter>", own, name);
    e2e_keys(t, line);
    e2e_wait_text(t, "1 orphan removed", 0);
    ck_assert(gone(own) && !gone(name));
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, own, 0);
    support_quit(t);
}

SUITE(test_e2e_users, .set_up = set_up, .tear_down = tear_down, .peer = become_nobody,
      TESTS(refused_and_unchanged, lists_what_it_may_not_read, ui_reads_what_it_may,
            ui_of_what_it_may_not_read, the_list_of_another_user, the_panel_of_another_user,
            cleaning_as_another_user));
