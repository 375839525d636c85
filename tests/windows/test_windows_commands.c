/* The commands on named sections, made by programs that know nothing of shmlens. */
#include "console.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>

static struct con_peer *peer; /* of one test; NULL: none, or ended */
static const char *name;      /* the segment's */

static void set_up(void)
{
    name = con_name("cmd");
}

static void tear_down(void)
{
    if (peer != NULL)
        con_peer_end(peer);
    peer = NULL;
}

#define MAKE(kind, ...) (peer = con_peer("names", (const char *const[]){kind, __VA_ARGS__, NULL}))

static void check_out(struct con_result r, int status, const char *out)
{
    ck_assert_msg(r.status == status, "status %d: %s", r.status, r.err);
    ck_assert_str_eq(r.out, out);
}

static void check_error(struct con_result r, const char *part)
{
    ck_assert_int_eq(r.status, 2);
    ck_assert_msg(strstr(r.err, part) != NULL, "not in it: %s: %s", part, r.err);
}

static const char *joined(const char *a, const char *b, const char *c)
{
    static char text[4][600];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(text[turn], sizeof text[0], "%s%s%s", a, b, c);
    return text[turn];
}

static const char *locator(void)
{
    return joined("win:", name, "");
}

/* ---- the classic sample ---- */

TEST(the_sample_is_read_and_written)
{
    peer = con_peer("sample_server", CON_ARGV(name));
    check_out(con_command("peek", name, "--as", "utf16le"), 0, "Message from the first process.\n");
    check_out(con_command("poke", name, "0", "Grüße 😀", "--as", "utf16le", "--z"), 0, "");
    char path[1024];
    snprintf(path, sizeof path, "%s/sample_client.exe", WIN_PEERS);
    check_out(con_run(CON_ARGV(path, name)), 0, "Grüße 😀\n");
    con_peer_send(peer, "zweite");
    ck_assert_str_eq(con_peer_line(peer), "stored");
    check_out(con_command("peek", locator(), "0", "--as", "utf16le"), 0, "zweite\n");
    struct con_result r =
        con_command("ls", "--no-header", "--columns", "LOCATOR,SIZE,PROCS", "--kind", "win");
    ck_assert_msg(strstr(r.out, joined(locator(), " 65536 1", "\n")) != NULL, "%s", r.out);
}

TEST(info_says_what_and_who)
{
    peer = con_peer("sample_server", CON_ARGV(name));
    struct con_result r = con_command("info", name);
    ck_assert_int_eq(r.status, 0);
    ck_assert_ptr_nonnull(strstr(r.out, joined("locator:   ", locator(), "\n")));
    ck_assert_ptr_nonnull(strstr(r.out, joined("name:      ", name, "\n")));
    ck_assert_ptr_nonnull(strstr(r.out, "size:      65536\n"));
    ck_assert_ptr_nonnull(strstr(r.out, "SEC_COMMIT"));
    char holder[80];
    snprintf(holder, sizeof holder, "held by:   %u sample_server.exe rw handle 0x",
             con_peer_pid(peer));
    ck_assert_msg(strstr(r.out, holder) != NULL, "%s", r.out);
    r = con_command("info", name, "--json");
    ck_assert_ptr_nonnull(strstr(r.out, "\"kind\":\"win\""));
    const char *in_json = joined("\"name\":\"Local\\\\", name + 6, "\""); /* of JSON, not ours */
    ck_assert_msg(strstr(r.out, in_json) != NULL, "%s", r.out);
    r = con_command("ls", "--no-header", "--columns", "NAME", "--kind", "win");
    ck_assert_ptr_nonnull(strstr(r.out, joined(name, "\n", "")));
}

TEST(values_are_stored_compared_and_found)
{
    MAKE("section", name);
    check_out(con_command("poke", name, "0x40", "123", "--as", "u32le"), 0, "");
    check_out(con_command("peek", name, "0x40", "--as", "u32le"), 0, "0x40 123\n");
    ck_assert_int_eq(
        con_command("poke", name, "0x40", "5", "--as", "u32le", "--expect", "7").status, 1);
    check_out(con_command("poke", name, "0x40", "5", "--as", "u32le", "--expect", "123"), 0, "");
    check_out(con_command("fill", name, "0x100", "16", "0xab"), 0, "");
    check_out(con_command("find", name, "x:ab", "--count", "1"), 0, "0x100\n");
    check_out(con_command("wait", name, "0x40", "--as", "u32le", "--equals", "5"), 0, "");
    ck_assert_int_eq(
        con_command("wait", name, "0x40", "--as", "u32le", "--equals", "6", "--timeout", "50ms")
            .status,
        1);
    check_error(con_command("peek", name, "8193"), "end");
    check_error(con_command("locks", name, "--type", "u32@0"), "what threads wait for");
    check_error(con_command("poke", name, "8192", "1", "--as", "u8"), "past the end");
}

TEST(ranges_go_to_files_and_back)
{
    MAKE("section", name);
    const char *file = joined("saved-", strrchr(name, '\\') + 1, ".bin");
    check_out(con_command("poke", name, "0x1000", "hello", "--as", "ascii"), 0, "");
    check_out(con_command("save", name, file), 0, "");
    check_out(con_command("diff", name, joined("file:", file, "")), 0, "");
    check_out(con_command("poke", name, "0x1000", "0x48", "--as", "u8"), 0, "");
    check_out(con_command("diff", name, joined("file:", file, "")), 1, "0x1000 48 68\n");
    check_out(con_command("load", name, file), 0, "");
    check_out(con_command("peek", name, "0x1000", "5", "--as", "ascii"), 0, "hello\n");
    ck_assert_int_eq(remove(file), 0);
}

TEST(a_recording_is_made_and_read_back)
{
    MAKE("section", name);
    const char *file = joined("rec-", strrchr(name, '\\') + 1, ".rec");
    check_out(con_command("poke", name, "0x10", "77", "--as", "u32le"), 0, "");
    ck_assert_int_eq(con_command("record", name, file, "--for", "100ms").status, 0);
    check_out(con_command("peek", joined("rec:", file, ""), "0x10", "--as", "u32le"), 0,
              "0x10 77\n");
    check_error(con_command("poke", joined("rec:", file, ""), "0", "1", "--as", "u8"), "read-only");
    ck_assert_int_eq(remove(file), 0);
}

/* ---- lifetime ---- */

TEST(create_holds_and_says_so)
{
    peer = con_held(con_shmlens, CON_ARGV("create", name, "8192", "--fill", "0x61"));
    ck_assert_str_eq(con_peer_line(peer), locator());
    check_out(con_command("peek", name, "0", "4", "--as", "ascii"), 0, "aaaa\n");
    check_error(con_command("create", name, "4096"), "exists already");
    struct con_result r = con_command("rm", name);
    ck_assert_int_eq(r.status, 2);
    ck_assert_msg(strstr(r.err, "still held open by") != NULL, "%s", r.err);
    ck_assert_ptr_nonnull(strstr(r.err, "shmlens.exe"));
    ck_assert_ptr_null(strstr(r.err, "--force"));
    check_error(con_command("rm", "--force", name), "still held open by");
    con_peer_kill(peer);
    con_peer_end(peer);
    peer = NULL;
    check_out(con_command("wait", name, "--gone", "--timeout", "20s"), 0, "");
    check_error(con_command("rm", name), "no such segment; those of other sessions");
}

TEST(what_cannot_be_is_refused_with_the_reason)
{
    MAKE("section", name);
    check_error(con_command("resize", name, "4096"), "keeps the size");
    check_error(con_command("chmod", name, "600"), "not an SDDL, as D:(");
    check_error(con_command("create", con_name("mode"), "4096", "--mode", "600"), "--mode");
    check_error(con_command("ls", "--kind", "sysv"), "no such kind (win)");
    check_error(con_command("peek", "/x"), "Local\\NAME");
    check_error(con_command("peek", "sysv:1"), "not a locator");
    check_error(con_command("create", "memfd:x", "1"), "not a locator");
    check_error(con_command("peek", "Local\\a\\b"), "no other backslash");
    struct con_result r = con_command("help", "ls");
    ck_assert_ptr_null(strstr(r.out, "posix"));
    ck_assert_ptr_null(strstr(con_command("help").out, "/dev/shm"));
}

/* ---- names and rights ---- */

TEST(the_name_is_an_event)
{
    MAKE("event", name);
    check_error(con_command("peek", name), "an event, a mutex");
    check_error(con_command("create", name, "4096"), "an event, a mutex");
}

TEST(an_empty_dacl_is_listed_but_not_opened)
{
    MAKE("denied", name);
    check_error(con_command("peek", name), "no permission to read it (OpenFileMappingW: ");
    struct con_result r = con_command("ls", "--no-header", "--columns", "LOCATOR");
    ck_assert_int_eq(r.status, 0);
    ck_assert_ptr_nonnull(strstr(r.out, locator()));
}

TEST(read_only_rights_let_read_and_nothing_else)
{
    MAKE("readonly", name);
    check_out(con_command("peek", name, "0", "--as", "u32le"), 0, "0x0 0\n");
    check_error(con_command("poke", name, "0", "1", "--as", "u32le"), "no permission to write");
}

TEST(what_may_only_be_mapped_is_looked_at)
{
    MAKE("mapread", name);
    check_out(con_command("peek", name, "0", "--as", "u32le"), 0, "0x0 0\n");
    struct con_result r = con_command("info", name);
    ck_assert_msg(strstr(r.out, "size:      8192\n") != NULL, "%s", r.out);
    ck_assert_ptr_null(strstr(r.out, "SEC_")); /* which is not known */
    r = con_command("ls", "--no-header", "--columns", "LOCATOR,SIZE");
    ck_assert_ptr_nonnull(strstr(r.out, joined(locator(), " 8192", "")));
    check_error(con_command("poke", name, "0", "1", "--as", "u32le"), "no permission to write");
}

TEST(what_may_be_mapped_for_writing_is_written)
{
    MAKE("mapwrite", name);
    check_out(con_command("poke", name, "4", "7", "--as", "u32le"), 0, "");
    check_out(con_command("peek", name, "4", "--as", "u32le"), 0, "0x4 7\n");
}

TEST(rights_are_said_in_words_and_changed)
{
    MAKE("section", name);
    check_out(con_command("chmod", name, "D:(A;;0xf0007;;;WD)"), 0, "");
    struct con_result r = con_command("info", name);
    ck_assert_msg(strstr(r.out, "D:(A;;CCDCLCSDRCWDWO;;;WD)\n") != NULL, "%s", r.out);
    ck_assert_msg(strstr(r.out, "owner:     ") != NULL, "%s", r.out);
    ck_assert_ptr_null(strstr(r.out, "your token lacks"));
    check_out(con_command("chmod", name, "D:(A;;0x60005;;;WD)"), 0, "");
    check_error(con_command("poke", name, "0", "1", "--as", "u8"), "no permission to write");
    r = con_command("info", name);
    ck_assert_msg(strstr(r.out, "you may:   ask its size, read, see its rights, ") != NULL, "%s",
                  r.out);
    ck_assert_msg(strstr(r.out, "; your token lacks SECTION_MAP_WRITE (to write)") != NULL, "%s",
                  r.out);
    r = con_command("info", name, "--json");
    ck_assert_msg(strstr(r.out, "\"sddl\":\"O:") != NULL, "%s", r.out);
    ck_assert_ptr_nonnull(strstr(r.out, "\"lacks\":[\"SECTION_MAP_WRITE\""));
    check_error(con_command("chmod", name, "D:(A;;what;;;WD)"), "not an SDDL");
    check_error(con_command("chmod", name, "S:"), "not an SDDL");
}

TEST(what_may_not_be_read_still_tells_its_rights)
{
    MAKE("denied", name);
    struct con_result r = con_command("info", name);
    ck_assert_msg(r.status == 0, "%s", r.err);
    ck_assert_ptr_null(strstr(r.out, "size:"));
    ck_assert_msg(strstr(r.out, "your token lacks SECTION_QUERY (to ask its size), "
                                "SECTION_MAP_READ (to read)") != NULL,
                  "%s", r.out);
    check_out(con_command("chmod", name, "D:(A;;GA;;;WD)"), 0, ""); /* its owner may */
    check_out(con_command("peek", name, "0", "--as", "u32le"), 0, "0x0 0\n");
}

TEST(a_bare_name_is_local)
{
    MAKE("section", name);
    check_out(con_command("poke", strchr(name, '\\') + 1, "0", "7", "--as", "u8"), 0, "");
    check_out(con_command("peek", name, "0", "1", "--as", "u8"), 0, "0x0 7\n");
    check_error(con_command("peek", "what:x"), "Local\\NAME, Global\\NAME");
    check_error(con_command("peek", "/x"), "not a locator");
}

/* A name of Global\ is another one than the same name of Local\, which a bare name means. */
TEST(a_global_name_is_said_whole)
{
    char global[300];
    const char *bare = strchr(name, '\\') + 1;
    struct con_result r;
    snprintf(global, sizeof global, "Global\\%s", bare);
    MAKE("section", global);
    r = con_command("info", global);
    if (r.status != 0)
        SKIP("no name of Global\\ can be made here: %s", r.err);
    ck_assert_ptr_nonnull(strstr(r.out, joined("locator:   win:", global, "\n")));
    check_out(con_command("poke", global, "0", "7", "--as", "u8"), 0, "");
    check_out(con_command("peek", joined("win:", global, ""), "0", "1", "--as", "u8"), 0,
              "0x0 7\n");
    r = con_command("ls", "--no-header", "--columns", "LOCATOR", "--kind", "win");
    ck_assert_msg(strstr(r.out, joined("win:", global, "\n")) != NULL, "%s", r.out);
    check_error(con_command("peek", bare), joined(name, ": no such segment", ""));
    check_error(con_command("create", global, "4096"), "already");
}

TEST(a_file_behind_it)
{
    MAKE("file", name, joined("file-", strrchr(name, '\\') + 1, ".tmp"));
    check_out(con_command("peek", name, "0", "4", "--as", "ascii"), 0, "ffff\n");
    check_out(con_command("poke", name, "0", "x", "--as", "ascii"), 0, "");
    check_out(con_command("peek", name, "0", "2", "--as", "ascii"), 0, "xf\n");
    ck_assert_ptr_nonnull(strstr(con_command("info", name).out, "SEC_FILE"));
}

TEST(names_of_all_kinds_round_trip)
{
    static const char *const made[] = {"\\u00fc\\u4e2d\\ud83d\\ude00", "\\ud800",
                                       "x\\udc00\\ud800y", "\\u001b[31m"};
    static const char *const shown[] = {"ü中😀", "\\xed\\xa0\\x80",
                                        "x\\xed\\xb0\\x80\\xed\\xa0\\x80y", "\\x1b[31m"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        MAKE("section", joined(name, "-", made[i]));
        const char *there = joined(joined("win:", name, "-"), shown[i], "");
        struct con_result r = con_command("ls", "--no-header", "--columns", "LOCATOR");
        ck_assert_msg(strstr(r.out, joined(there, "\n", "")) != NULL, "%s in: %s", there, r.out);
        check_out(con_command("peek", there, "0", "--as", "u8"), 0, "0x0 0\n");
        con_peer_end(peer);
        peer = NULL;
    }
}

TEST(two_hundred_of_them)
{
    MAKE("many", joined(name, "-", ""), "200");
    struct con_result r = con_command("ls", "--no-header", "--columns", "LOCATOR");
    ck_assert_int_eq(r.status, 0);
    size_t found = 0;
    for (const char *s = r.out; (s = strstr(s, name)) != NULL; s++)
        found++;
    ck_assert_uint_eq(found, 200);
}

/* As `peek ... | head -1` does. */
TEST(a_closed_pipe_ends_it_quietly)
{
    peer = con_peer("sample_server", CON_ARGV(name));
    struct con_peer *reader = con_held(con_shmlens, CON_ARGV("peek", name, "--no-fold"));
    const char *line = con_peer_line(reader);
    ck_assert_msg(line != NULL && strncmp(line, "00000000  4d 00 ", 16) == 0, "%s", line);
    con_peer_deaf(reader);
    ck_assert_int_eq(con_peer_end(reader), 141);
}

/* ---- reserved pages ---- */

TEST(only_committed_pages_are_data_and_nothing_is_committed)
{
    peer = con_peer("reserve", CON_ARGV(name, "0x40000000"));
    con_peer_send(peer, "0x3000");
    ck_assert_str_eq(con_peer_line(peer), "committed");
    con_peer_send(peer, "0x20000000");
    ck_assert_str_eq(con_peer_line(peer), "committed");
    check_out(con_command("find", name, "u64:131072"), 0, "0x20000000\n");
    check_out(con_command("peek", name, "0x3000", "--as", "u64le"), 0, "0x3000 3\n");
    check_out(con_command("peek", name, "0x5000", "--as", "u64le"), 0, "0x5000 0\n");
    struct con_result r = con_command("info", name);
    ck_assert_msg(strstr(r.out, "size:      1073741824\n") != NULL, "%s", r.out);
    ck_assert_msg(strstr(r.out, "resident:  8192\n") != NULL, "%s", r.out);
    ck_assert_ptr_nonnull(strstr(r.out, "SEC_RESERVE"));
    check_error(con_command("poke", name, "0x5000", "1", "--as", "u8"), "reserved only");
    con_peer_send(peer, "count");
    ck_assert_str_eq(con_peer_line(peer), "8192");
}

/* Reading 8 GiB would take minutes here, and make all of it resident. */
TEST(what_both_have_only_reserved_is_not_read)
{
    char second[128];
    snprintf(second, sizeof second, "%s-second", name);
    peer = con_peer("reserve", CON_ARGV(name, "0x200000000"));
    struct con_peer *other = con_peer("reserve", CON_ARGV(second, "0x200000000"));
    check_out(con_command("diff", name, second), 0, "");
    con_peer_send(peer, "0x180000000");
    ck_assert_str_eq(con_peer_line(peer), "committed");
    con_peer_send(other, "0x1000000");
    ck_assert_str_eq(con_peer_line(other), "committed");
    check_out(con_command("diff", name, second), 1, "0x1000001 00 10\n0x180000002 18 00\n");
    con_peer_send(other, "count");
    ck_assert_str_eq(con_peer_line(other), "4096");
    con_peer_end(other);
}

/* ---- the demo's writer ---- */

TEST(the_writer_is_a_process_of_its_own)
{
    peer = con_held(con_shmlens, CON_ARGV("demo", "--writer-only"));
    check_out(con_command("wait", "Local\\shmlens-demo", "--exists", "--timeout", "20s"), 0, "");
    struct con_result r =
        con_command("watch", "Local\\shmlens-demo", "0x10", "--as", "u64", "--count", "3");
    ck_assert_int_eq(r.status, 0);
    ck_assert_ptr_nonnull(strstr(r.out, " 0x10 "));
    con_peer_kill(peer);
    con_peer_end(peer);
    peer = NULL;
    check_out(con_command("wait", "Local\\shmlens-demo", "--gone", "--timeout", "20s"), 0, "");
}

SUITE(test_windows_commands, .set_up = set_up, .tear_down = tear_down, .timeout = 0,
      TESTS(the_sample_is_read_and_written, info_says_what_and_who,
            values_are_stored_compared_and_found, ranges_go_to_files_and_back,
            a_recording_is_made_and_read_back, create_holds_and_says_so,
            what_cannot_be_is_refused_with_the_reason, the_name_is_an_event,
            an_empty_dacl_is_listed_but_not_opened, read_only_rights_let_read_and_nothing_else,
            rights_are_said_in_words_and_changed, what_may_not_be_read_still_tells_its_rights,
            a_bare_name_is_local, a_global_name_is_said_whole, what_may_only_be_mapped_is_looked_at,
            what_may_be_mapped_for_writing_is_written, a_file_behind_it,
            names_of_all_kinds_round_trip, two_hundred_of_them, a_closed_pipe_ends_it_quietly,
            only_committed_pages_are_data_and_nothing_is_committed,
            what_both_have_only_reserved_is_not_read, the_writer_is_a_process_of_its_own));
