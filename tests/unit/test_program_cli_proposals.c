/* types: what the programs that map a segment say of it. The peers are compiled here. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "support/debug_peer.h"

static const char *name;

static void set_up(void)
{
    name = run_name("leads");
}

static void tear_down(void)
{
    (void)shm_unlink(name);
    run_end();
}

/* Starts tests/types/SOURCE; pid 0: this compiler cannot make it, which was said. */
static struct debug_peer started(const char *compiler, const char *flags, const char *source,
                                 const char *file)
{
    const char *path = run_path(file);
    if (compiled(compiler, flags, source, path))
        return peer_on(path, name);
    printf("skip: %s %s: it does not compile here\n", compiler, source);
    return (struct debug_peer){0};
}

/* It said that it is ready right before it sleeps. */
static void await_sleep(pid_t pid)
{
    char path[64], text[512];
    int state = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    for (int i = 0; i < 2000 && state != 'S'; i++) {
        FILE *f = fopen(path, "re");
        ck_assert_ptr_nonnull(f);
        text[fread(text, 1, sizeof text - 1, f)] = '\0';
        fclose(f);
        const char *name_end = strrchr(text, ')');
        state = name_end == NULL ? 0 : name_end[2];
        usleep(state == 'S' ? 0 : 5000);
    }
    ck_assert_int_eq(state, 'S');
}

static long blocks_of(void)
{
    struct stat st;
    int fd = shm_open(name, O_RDONLY, 0);
    ck_assert(fd >= 0 && fstat(fd, &st) == 0);
    close(fd);
    return (long)st.st_blocks;
}

static void pointers_with(const char *compiler, const char *flags)
{
    char expected[1024];
    struct debug_peer p = started(compiler, flags, "leads.c", "leads");
    if (p.pid == 0)
        return;
    await_sleep(p.pid);
    long blocks = blocks_of(), sleeps = status_of(p.pid, "voluntary_ctxt_switches:"),
         resident = status_of(p.pid, "VmRSS:");
    (void)snprintf(expected, sizeof expected,
                   "0x0 ring_header 48 via g_ring of leads (%d)\n"
                   "0x200000 node 32 via s_pool of leads (%d)\n"
                   "0x200020 node 32 via g_app->shm.tail of leads (%d)\n",
                   (int)p.pid, (int)p.pid, (int)p.pid);
    RUN_PRINTS(0, expected, "types", name);
    ck_assert_int_eq(status_of(p.pid, "TracerPid:"), 0);
    ck_assert_int_eq(status_of(p.pid, "voluntary_ctxt_switches:"), sleeps);
    ck_assert_int_eq(status_of(p.pid, "VmRSS:"), resident);
    ck_assert_int_eq(blocks_of(), blocks);
    peer_ends(&p);
}

TEST(pointers_of_c)
{
    SKIP_WITHOUT_DEBUG();
    pointers_with("cc", "-g");
}

/* In split files addresses are numbers, counted from where those of the unit begin: here it is not
 * the first one. */
TEST(pointers_of_split)
{
    static const char *const forms[][2] = {{"gcc", "-gdwarf-5 -gsplit-dwarf first.c"},
                                           {"gcc", "-gdwarf-4 -gsplit-dwarf first.c"},
                                           {"clang", "-gdwarf-5 -gsplit-dwarf first.c"}};
    SKIP_WITHOUT_DEBUG();
    FILE *f = fopen(run_path("first.c"), "w");
    ck_assert_ptr_nonnull(f);
    fputs("static long v = 3;\nlong *first(void);\nlong *first(void) { return &v; }\n", f);
    fclose(f);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (has_program(forms[i][0]))
            pointers_with(forms[i][0], forms[i][1]);
}

TEST(pointers_in_json)
{
    SKIP_WITHOUT_DEBUG();
    struct debug_peer p = started("cc", "-g", "leads.c", "leads");
    if (p.pid == 0)
        return;
    json_t *o = run_json(RUN("types", name, "--json"));
    const json_t *row = json_array_get(json_object_get(o, "types"), 2);
    ck_assert_str_eq(json_string_value(json_object_get(row, "via")), "g_app->shm.tail");
    ck_assert_str_eq(json_string_value(json_object_get(row, "by")), "via");
    ck_assert_int_eq(told_number(row, "pid"), p.pid);
    json_decref(o);
    RUN_FAILS("ring_header@0x0, node@0x200000, node@0x200020, several types are known to lie here",
              "peek", name, "--type", "auto");
    peer_ends(&p);
}

/* Few pages of the process are read, and none that it has not stored into. */
TEST(few_pages)
{
    unsigned reads = 0;
    SKIP_WITHOUT_DEBUG();
    struct debug_peer p = started("cc", "-g", "leads.c", "leads");
    if (p.pid == 0)
        return;
    const struct ran *r = RUN("types", name, "--calls");
    for (const char *s = r->err; (s = strstr(s, "pread(")) != NULL; s++)
        reads++;
    ck_assert_uint_gt(reads, 0);
    ck_assert_uint_le(reads, 128); /* two for a page: is it private, and its bytes */
    peer_ends(&p);
}

TEST(auto_takes_the_one)
{
    SKIP_WITHOUT_DEBUG();
    struct debug_peer p = started("cc", "-g", "alone.c", "alone");
    if (p.pid == 0)
        return;
    RUN_PRINTS(0, "0x0 version 5\n", "peek", name, "version", "--type", "auto");
    RUN_PRINTS(0, "", "poke", name, "beat", "77", "--type", "auto");
    RUN_PRINTS(0, "0x4 beat 77\n", "peek", name, "beat", "--type", "auto");
    json_t *o = run_json(RUN("peek", name, "--json", "--type", "auto"));
    ck_assert_int_eq(told_number(json_object_get(o, "source"), "pid"), p.pid);
    json_decref(o);
    peer_ends(&p);
    RUN_FAILS("no typed pointer of a program is seen to lead here", "peek", name, "--type", "auto");
}

TEST(pointers_of_others)
{
    char expected[256];
    SKIP_WITHOUT_DEBUG();
    struct debug_peer p = started("c++", "-g", "peer.cc", "cpp");
    if (p.pid != 0) {
        (void)snprintf(expected, sizeof expected, " via g_all of cpp (%d)\n", (int)p.pid);
        const struct ran *r = RUN("types", name);
        ck_assert_msg(strncmp(r->out, "0x0 All ", 8) == 0, "%s%s", r->out, r->err);
        ck_assert_ptr_nonnull(strstr(r->out, expected));
        peer_ends(&p);
    }
    (void)shm_unlink(name);
    p = started("rustc", "-g", "leads.rs", "rs");
    if (p.pid != 0) {
        const struct ran *r = RUN("types", name);
        ck_assert_msg(strncmp(r->out, "0x0 ", 4) == 0 && strstr(r->out, "Ring 80 via ") != NULL &&
                          strstr(r->out, "G_RING of rs (") != NULL,
                      "%s%s", r->out, r->err);
        peer_ends(&p);
    }
}

/* Where no pointer is found, names and sizes are guesses. */
static void named_with(const char *flags)
{
    char expected[512];
    struct debug_peer p = started("cc", flags, "local.c", "local");
    if (p.pid == 0)
        return;
    (void)snprintf(expected, sizeof expected,
                   "0x0 leads_board 4104 named like it in local (%d)\n"
                   "0x0 shape 4104 sized like it in local (%d)\n",
                   (int)p.pid, (int)p.pid);
    RUN_PRINTS(0, expected, "types", name);
    json_t *o = run_json(RUN("types", name, "--json"));
    ck_assert(
        json_is_false(json_object_get(json_array_get(json_object_get(o, "types"), 0), "proved")));
    json_decref(o);
    RUN_FAILS("no typed pointer of a program is seen to lead here", "peek", name, "--type", "auto");
    peer_ends(&p);
}

TEST(named_and_sized)
{
    SKIP_WITHOUT_DEBUG();
    named_with("-g");
    named_with("-g -gsplit-dwarf");
}

/* No pointer that lasts leads into the segment: those of the functions that store do. False: the
 * system does not let us look, or this compiler cannot make the program. */
static bool stores_show(const char *compiler, const char *flags, const char *via)
{
    struct debug_peer p = started(compiler, flags, "stores.c", "stores");
    char expected[128];
    if (p.pid == 0)
        return false;
    const struct ran *r = RUN("types", name, "--watch", "10s");
    bool refused = strstr(r->err, "no permission to watch stores") != NULL ||
                   strstr(r->err, "stores cannot be watched") != NULL;
    if (refused) {
        printf("skip: %s", r->err);
    } else {
        (void)snprintf(expected, sizeof expected, " of stores (%d)\n", (int)p.pid);
        ck_assert_msg(strstr(r->out, via) != NULL && strstr(r->out, expected) != NULL,
                      "%s %s: %s%s", compiler, flags, r->out, r->err);
        ck_assert_msg(strstr(r->out, "0x0 board 1160 via b in main (stores.c:") != NULL,
                      "%s %s: %s", compiler, flags, r->out);
        ck_assert_int_eq(status_of(p.pid, "TracerPid:"), 0);
    }
    peer_ends(&p);
    return !refused;
}

TEST(a_store_shows_types)
{
    SKIP_WITHOUT_DEBUG();
    static const char via[] = "0x338 sample 48 via s in put (stores.c:";
    if (!stores_show("cc", "-g -O0", via))
        return;
    (void)stores_show("cc", "-g -O2", via);
    if (has_program("clang"))
        (void)stores_show("clang", "-g -O0", via);
}

/* Through a function that calls itself, and out of one that is inlined into it. */
TEST(a_store_deep_down_shows_types)
{
    SKIP_WITHOUT_DEBUG();
    static const char via[] = "0x338 sample 48 via s in nest (stores.c:";
    if (stores_show("cc", "-g -O0 -DDEEP", via))
        (void)stores_show("cc", "-g -O2 -DDEEP", via);
}

/* Nothing stores: it waits as long as it was told, and says so. */
TEST(without_a_store_there_is_nothing)
{
    SKIP_WITHOUT_DEBUG();
    struct debug_peer p = started("cc", "-g", "local.c", "local");
    if (p.pid == 0)
        return;
    await_sleep(p.pid);
    const struct ran *r = RUN("types", name, "--watch", "50ms");
    if (strstr(r->err, "they never fire") != NULL)
        printf("skip: %s", r->err);
    else
        ck_assert_ptr_nonnull(strstr(r->err, "nothing was stored while it was watched"));
    peer_ends(&p);
}

TEST(fits_of_a_program)
{
    char expected[256];
    SKIP_WITHOUT_DEBUG();
    struct debug_peer p = started("cc", "-g", "leads.c", "leads");
    if (p.pid == 0)
        return;
    (void)snprintf(expected, sizeof expected, "0x200000 node 32 fits 17.0 in leads (%d)\n",
                   (int)p.pid);
    const struct ran *r = RUN("types", name, "--fit", "0x200000");
    ck_assert_msg(strstr(r->out, expected) != NULL, "%s%s", r->out, r->err);
    r = RUN("types", name, "--fit", "0x100000"); /* a hole */
    ck_assert_ptr_nonnull(strstr(r->err, "nothing fits at 0x100000"));
    ck_assert_ptr_null(strstr(r->out, "fits"));
    peer_ends(&p);
}

TEST(skew)
{
    SKIP_WITHOUT_DEBUG();
    struct debug_peer a = started("cc", "-g", "leads.c", "leads");
    struct debug_peer b = started("cc", "-g -DOTHER", "leads.c", "older");
    if (a.pid == 0 || b.pid == 0)
        return;
    const struct ran *r = RUN("types", name, "--compare");
    bool turned = b.pid < a.pid;
    char expected[512];
    (void)snprintf(expected, sizeof expected,
                   turned
                       ? "ring_header: older (%d) and leads (%d) disagree about extra: 0xc+2 and "
                         "none (2 of 8 fields)\n"
                       : "ring_header: leads (%d) and older (%d) disagree about state: 0xc+4 and "
                         "0xe+2 (2 of 8 fields)\n",
                   turned ? (int)b.pid : (int)a.pid, turned ? (int)a.pid : (int)b.pid);
    ck_assert_int_eq(r->status, 1);
    ck_assert_msg(strstr(r->out, expected) != NULL, "%s%s", r->out, r->err);
    ck_assert_ptr_nonnull(strstr(r->out, "node: "));
    ck_assert_ptr_nonnull(strstr(r->out, " agree\n"));
    ck_assert_int_eq(RUN("types", name, "--compare", "--type", "node")->status, 0);
    ck_assert_int_eq(RUN("types", name, "--compare", "--type", "ring_header")->status, 1);
    RUN_FAILS("no type is known here", "types", name, "--compare", "--type", "nobody_has_it");
    json_t *o = run_json(RUN("types", name, "--compare", "--json"));
    const json_t *c = json_array_get(json_object_get(o, "compared"), 0);
    ck_assert(json_is_false(json_object_get(c, "agree")));
    ck_assert_int_eq(told_number(c, "differ"), 2);
    json_decref(o);
    peer_ends(&a);
    peer_ends(&b);
}

/* Compilers spell scalars differently and mean the same. */
TEST(compilers_agree)
{
    SKIP_WITHOUT_DEBUG();
    struct debug_peer a = started("gcc", "-g", "leads.c", "by_gcc");
    struct debug_peer b = started("clang", "-gdwarf-4 -O2", "leads.c", "by_clang");
    if (a.pid == 0 || b.pid == 0)
        return;
    const struct ran *r = RUN("types", name, "--compare");
    ck_assert_msg(r->status == 0, "%s%s", r->out, r->err);
    ck_assert_ptr_nonnull(strstr(r->out, "ring_header: "));
    peer_ends(&a);
    peer_ends(&b);
}

/* What one language wraps in a struct of one member is the same to the other. */
TEST(wrappers_agree)
{
    static const char text[] =
        "#include <fcntl.h>\n#include <stdio.h>\n#include <sys/mman.h>\n"
        "#include <unistd.h>\n"
        "struct serial { unsigned v; };\n"
        "struct board { struct serial id; int n; struct serial all[3]; };\n"
        "struct board *g_board;\n"
        "int main(int argc, char **argv)\n{\n"
        "    int fd = shm_open(argv[argc - 1], O_RDWR | O_CREAT, 0600);\n"
        "    if (ftruncate(fd, 4096) != 0) return 1;\n"
        "    g_board = (struct board *)mmap(0, 4096, 3, MAP_SHARED, fd, 0);\n"
        "    puts(\"ready\");\n    fflush(stdout);\n    pause();\n"
        "    return (int)g_board->id.v;\n}\n";
    char line[4096];
    char source[1024];
    (void)snprintf(source, sizeof source, "%s", run_path("wraps.c"));
    SKIP_WITHOUT_DEBUG();
    FILE *f = fopen(source, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    (void)snprintf(line, sizeof line,
                   "cd $(dirname %s) && cc -g -o in_c %s && c++ -x c++ -g -o in_cpp %s", source,
                   source, source);
    if (!shell_runs(line))
        SKIP("no compilers of C and C++ here");
    struct debug_peer a = peer_on(run_path("in_c"), name);
    struct debug_peer b = peer_on(run_path("in_cpp"), name);
    const struct ran *r = RUN("types", name, "--compare", "--type", "board");
    ck_assert_msg(r->status == 0 && strstr(r->out, " agree\n") != NULL, "%s%s", r->out, r->err);
    peer_ends(&a);
    peer_ends(&b);
}

TEST(what_is_missing_is_said)
{
    SKIP_WITHOUT_DEBUG();
    struct debug_peer p = started("cc", "-s", "leads.c", "stripped");
    if (p.pid == 0)
        return;
    const struct ran *r = RUN("types", name);
    ck_assert_int_eq(r->status, 1);
    ck_assert_ptr_nonnull(strstr(r->err, "stripped ("));
    ck_assert_ptr_nonnull(strstr(r->err, "debug information"));
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert(fd >= 0 && fchmod(fd, 0644) == 0);
    close(fd);
    r = RUN_NOBODY("types", name);
    if (r != NULL && getuid() == 0)
        ck_assert_msg(r->status == 1 && strstr(r->err, "that needs their user, or root") != NULL,
                      "%s%s", r->out, r->err);
    peer_ends(&p);
}

SUITE(test_program_cli_proposals, .set_up = set_up, .tear_down = tear_down,
      TESTS(pointers_of_c, pointers_of_split, pointers_in_json, few_pages, auto_takes_the_one,
            named_and_sized, pointers_of_others, fits_of_a_program, a_store_shows_types,
            a_store_deep_down_shows_types, without_a_store_there_is_nothing, skew, compilers_agree,
            wrappers_agree, what_is_missing_is_said));
