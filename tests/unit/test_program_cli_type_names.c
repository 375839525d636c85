/* Names in debug information are what whoever made the program wanted: nothing of them reaches the
 * terminal raw, and none is printed without an end. */
#include "support/debug_peer.h"

static char *path, *segment;

static void set_up(void)
{
    path = strdup(run_path("peer"));
    segment = strdup(run_name("names"));
    ck_assert(path != NULL && segment != NULL);
}

static void tear_down(void)
{
    run_end();
    free(path);
    free(segment);
}

/* Lines of printable text; characters that turn the direction of others are not among it. */
static void is_harmless(const char *text)
{
    static const char *const turning[] = {"\xe2\x80\xae", "\xe2\x80\xad", "\xe2\x81\xa6"};
    const char *s = text;
    for (size_t i = 0; i < COUNT(turning); i++)
        ck_assert_ptr_null(strstr(text, turning[i]));
    while (*s == '\n' || ((unsigned char)*s >= ' ' && *s != 0x7f))
        s++;
    ck_assert_msg(*s == '\0', "\\x%02x before %s", (unsigned)(unsigned char)*s, s + 1);
    json_t *whole = json_string(text); /* takes nothing but UTF-8 */
    ck_assert_msg(whole != NULL, "not UTF-8: %s", text);
    json_decref(whole);
}

static const struct ran *harmless(const struct ran *r)
{
    is_harmless(r->out);
    is_harmless(r->err);
    return r;
}

/* Names of fields, of an enumerator, of a type, of variables: escapes, bytes that are no UTF-8,
 * characters that turn what follows. */
TEST(hostile_ones)
{
    char line[4096];
    SKIP_WITHOUT_DEBUG();
    if (!compiled("cc", "-g", "peer.c", path))
        SKIP("no C compiler here makes debug information");
    (void)snprintf(
        line, sizeof line,
        "LC_ALL=C sed -i "
        "-e 's/version/\\x1b[31mve/g' -e 's/closing/\\xff\\xfe\\x80\\xc3sin/g' "
        "-e 's/matrix/\\xe2\\x80\\xaemat/g' -e 's/callback/\\xe2\\x81\\xa6\\x9b\\x0dack/g' "
        "-e 's/s_pool/\\x1b]0;p\\x07/g' -e 's/RING_READY/RING\\x1b[2JDY/g' "
        "-e 's/message/\\x1b[1mage/g' %s",
        path);
    if (!shell_runs(line))
        SKIP("there is no sed that changes bytes");
    struct debug_peer peer = peer_on(path, segment);
    const struct ran *r = harmless(RUN("peek", segment, "--type", "ring_header", "--all"));
    ck_assert_msg(r->status == 0 && strstr(r->out, "beat 77123\n") != NULL, "%s%s", r->out, r->err);
    ck_assert_ptr_nonnull(strstr(r->out, "[31mve 7\n"));
    json_t *o = run_json(harmless(RUN("peek", segment, "--type", "\033[1mage", "--json")));
    ck_assert_ptr_nonnull(json_object_get(o, "fields"));
    json_decref(o);
    r = harmless(RUN("types", segment));
    ck_assert_msg(r->status == 0 && strstr(r->out, " node 32 via ") != NULL, "%s%s", r->out,
                  r->err);
    json_decref(run_json(harmless(RUN("types", segment, "--json"))));
    (void)harmless(RUN("types", segment, "--fit", "0"));
    r = harmless(RUN("peek", segment, "--type", "age"));
    ck_assert_int_eq(r->status, 2);
    peer_ends(&peer);
}

/* Templates have names of any length. */
TEST(endless_ones)
{
    static const char head[] =
        "#include <fcntl.h>\n#include <stdio.h>\n#include <sys/mman.h>\n#include <unistd.h>\n"
        "template <int... all> struct Wide { int beat; };\nWide<0";
    static const char tail[] =
        "> *g_wide;\nint main(int argc, char **argv)\n{\n"
        "    int fd = shm_open(argv[argc - 1], O_RDWR | O_CREAT, 0600);\n"
        "    if (ftruncate(fd, 4096) != 0) return 1;\n"
        "    void *at = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);\n"
        "    g_wide = static_cast<decltype(g_wide)>(at);\n    g_wide->beat = 42;\n"
        "    puts(\"ready\");\n    fflush(stdout);\n    pause();\n}\n";
    char source[1024], line[4096];
    enum { ARGUMENTS = 20000 }; /* 100 KB */
    SKIP_WITHOUT_DEBUG();
    (void)snprintf(source, sizeof source, "%s", run_path("wide.cc"));
    FILE *f = fopen(source, "w");
    ck_assert_ptr_nonnull(f);
    fputs(head, f);
    for (int i = 0; i < ARGUMENTS; i++)
        fprintf(f, ", %d", 1000 + i % 9000);
    fputs(tail, f);
    fclose(f);
    (void)snprintf(line, sizeof line, "g++ -g -o %s %s", path, source);
    if (!shell_runs(line))
        SKIP("no C++ compiler here");
    struct debug_peer peer = peer_on(path, segment);
    const struct ran *r = RUN("peek", segment, "beat", "--type", "Wide");
    ck_assert_msg(r->status == 0 && strcmp(r->out, "0x0 beat 42\n") == 0, "%d %.200s %.200s",
                  r->status, r->out, r->err);
    r = RUN("types", segment);
    ck_assert_msg(r->status == 0 && strstr(r->out, "via g_wide of ") != NULL, "%.200s %.200s",
                  r->out, r->err);
    ck_assert_uint_lt(strlen(r->out), 8192);
    peer_ends(&peer);
}

SUITE(test_program_cli_type_names, .set_up = set_up, .tear_down = tear_down,
      TESTS(hostile_ones, endless_ones));
