/* The classic sample of POSIX shared memory and shmlens, each with the other: a writer and a reader
 * that know nothing of us. */
#include "harness.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static const char *name; /* of the segment of one test */

static void set_up(void)
{
    name = e2e_name("classic");
}

static void tear_down(void)
{
    shm_unlink(name);
}

static struct e2e_result reader(void)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/peer_hello_reader", e2e_peers);
    return e2e_command(&(struct e2e_command){.argv = E2E_ARGV(path, name)});
}

/* The command succeeds, quietly on stderr, and prints exactly this. */
static void prints(struct e2e_result r, const char *out)
{
    ck_assert_msg(r.status == 0, "status %d, stderr: %s", r.status, r.err);
    ck_assert_str_eq(r.out, out);
    ck_assert_str_eq(r.err, "");
    e2e_result_free(&r);
}

TEST(peek_prints_the_writers_string)
{
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    prints(e2e_run("peek", name, "--as", "utf8"), "Hello from process!\n");
    e2e_peer_send(writer, "and another");
    ck_assert_str_eq(e2e_peer_line(writer, 0), "stored");
    prints(e2e_run("peek", name, "--as", "utf8"), "and another\n");
    ck_assert_int_eq(e2e_peer_end(writer), 0);
    prints(e2e_run("peek", name, "--as", "utf8"), "and another\n");
}

TEST(reader_reads_what_shmlens_made)
{
    char canonical[300];
    snprintf(canonical, sizeof canonical, "posix:%s\n", name);
    prints(e2e_run("create", name, "4096"), canonical);
    struct e2e_result r = e2e_run("poke", name, "0", "Hello from shmlens", "--as", "utf8", "--z");
    ck_assert_msg(r.status == 0, "status %d, stderr: %s", r.status, r.err);
    e2e_result_free(&r);
    prints(reader(), "Hello from shmlens\n");
}

TEST(writer_and_poke_share_the_bytes)
{
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    struct e2e_result r = e2e_run("poke", name, "6", "all of us!", "--as", "utf8", "--z");
    ck_assert_msg(r.status == 0, "status %d, stderr: %s", r.status, r.err);
    e2e_result_free(&r);
    prints(reader(), "Hello all of us!\n");
    e2e_peer_end(writer);
}

TEST(removed_is_gone_for_the_reader)
{
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    ck_assert_int_eq(e2e_peer_end(writer), 0);
    prints(reader(), "Hello from process!\n");
    struct e2e_result r = e2e_run("rm", name);
    ck_assert_msg(r.status == 0, "status %d, stderr: %s", r.status, r.err);
    e2e_result_free(&r);
    r = reader();
    ck_assert_int_eq(r.status, 1);
    ck_assert_ptr_nonnull(strstr(r.err, "ENOENT"));
    e2e_result_free(&r);
}

TEST(remove_is_refused_while_the_writer_maps_it)
{
    char pid[32];
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    struct e2e_result r = e2e_run("rm", name);
    snprintf(pid, sizeof pid, "%d", (int)e2e_peer_pid(writer));
    ck_assert_int_eq(r.status, 2);
    ck_assert_msg(strstr(r.err, pid) != NULL, "does not name %s: %s", pid, r.err);
    e2e_result_free(&r);
    prints(reader(), "Hello from process!\n");
    e2e_peer_end(writer);
}

TEST(the_ui_shows_each_new_string)
{
    static const char *const strings[] = {"and now another", "yet another", "the last"};
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "Hello from proce", 0); /* a row is 16 bytes */
    e2e_wait_text(t, "LIVE", 0);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        e2e_peer_send(writer, strings[i]);
        ck_assert_str_eq(e2e_peer_line(writer, 0), "stored");
        e2e_wait_text(t, strings[i], 0);
    }
    e2e_keys(t, "Q");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert_ptr_null(e2e_not_restored(t));
    e2e_end(t);
    e2e_peer_end(writer);
}

TEST(a_value_typed_in_the_ui_is_read)
{
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "--edit", name)});
    e2e_wait_text(t, "Hello from proce", 0);
    e2e_wait_text(t, "EDIT", 0);
    e2e_keys(t, "4a"); /* J */
    e2e_wait_text(t, "Jello from proce", 0);
    prints(reader(), "Jello from process!\n");
    e2e_end(t);
    e2e_peer_end(writer);
}

TEST(missing_says_so)
{
    char message[512];
    struct e2e_result r = e2e_run("peek", name, "--as", "utf8");
    snprintf(message, sizeof message,
             "shmlens: peek: posix:%s: no such segment (shm_open: No such file or directory)\n",
             name);
    ck_assert_int_eq(r.status, 2);
    ck_assert_str_eq(r.out, "");
    ck_assert_str_eq(r.err, message);
    e2e_result_free(&r);
}

TEST(create_never_touches_what_exists)
{
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    struct e2e_result r = e2e_run("create", name, "8192");
    ck_assert_int_eq(r.status, 2);
    e2e_result_free(&r);
    prints(reader(), "Hello from process!\n");
    e2e_peer_end(writer);
}

SUITE(test_e2e_classic, .set_up = set_up, .tear_down = tear_down,
      TESTS(peek_prints_the_writers_string, reader_reads_what_shmlens_made,
            writer_and_poke_share_the_bytes, removed_is_gone_for_the_reader,
            remove_is_refused_while_the_writer_maps_it, the_ui_shows_each_new_string,
            a_value_typed_in_the_ui_is_read, missing_says_so, create_never_touches_what_exists));
