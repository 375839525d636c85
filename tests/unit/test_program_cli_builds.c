/* Files of another build than the program that runs, or ran: they are told apart and refused. */
#include "support/debug_peer.h"

static char *path, *segment;
static struct debug_peer peer;

static void set_up(void)
{
    path = strdup(run_path("peer"));
    segment = strdup(run_name("builds"));
    ck_assert(path != NULL && segment != NULL);
}

static void tear_down(void)
{
    run_end();
    free(path);
    free(segment);
}

/* A split file that was built anew while the old program runs says other things than that program:
 * the ids of the units tell. `peer.dwo` is what gcc and clang call it. */
static void split_with(const char *flags)
{
    char line[8192];
    if (!compiled("gcc", flags, "peer.c", path)) {
        suite_skip("split_fn", "gcc cannot compile with %s", flags);
        return;
    }
    peer = peer_on(path, segment);
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "ring_header");
    const struct ran *r = RUN("types", segment);
    ck_assert_msg(strncmp(r->out, "0x0 ring_header 320 via g_ring of peer", 38) == 0, "%s%s",
                  r->out, r->err);
    ck_assert_ptr_null(strstr(r->err, "split"));
    (void)snprintf(line, sizeof line,
                   "cd $(dirname %s) && mv peer.dwo old.dwo && gcc %s -O2 -o other %s/peer.c && "
                   "mv other-peer.dwo peer.dwo",
                   path, flags, SHMLENS_TYPES);
    ck_assert(shell_runs(line));
    RUN_FAILS("peer.dwo: it is of another build than the program that runs", "peek", segment,
              "version", "--type", "ring_header");
    r = RUN("types", segment);
    ck_assert_msg(r->status == 1 && strstr(r->err, "peer.dwo: it is of another build") != NULL,
                  "%s%s", r->out, r->err);
    (void)snprintf(line, sizeof line, "cd $(dirname %s) && rm peer.dwo && mkfifo peer.dwo", path);
    ck_assert(shell_runs(line));
    RUN_FAILS("peer.dwo: it is not a regular file: not opened", "peek", segment, "version",
              "--type", "ring_header");
    (void)snprintf(line, sizeof line, "cd $(dirname %s) && rm peer.dwo", path);
    ck_assert(shell_runs(line));
    RUN_FAILS("peer.dwo: this file with types (split DWARF) cannot be opened", "peek", segment,
              "version", "--type", "ring_header");
    (void)snprintf(line, sizeof line, "cd $(dirname %s) && ln -s nowhere peer.dwo", path);
    ck_assert(shell_runs(line));
    RUN_FAILS("peer.dwo: a link that leads to nothing", "peek", segment, "version", "--type",
              "ring_header");
    (void)snprintf(line, sizeof line,
                   "cd $(dirname %s) && objcopy --add-section .debug_cu_index=old.dwo old.dwo "
                   "peer.dwp",
                   path);
    if (has_program("objcopy")) {
        ck_assert(shell_runs(line));
        RUN_FAILS("peer.dwo: types in a package of split files (.dwp) are not read", "peek",
                  segment, "version", "--type", "ring_header");
    }
    (void)snprintf(line, sizeof line, "cd $(dirname %s) && rm -f peer.dwp && mv old.dwo peer.dwo",
                   path);
    ck_assert(shell_runs(line));
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "ring_header");
    peer_ends(&peer);
}

/* A program that does not say where its split files are; and two units in one file, as with LTO:
 * the variables of each have addresses of their own. */
TEST(odd_split)
{
    char line[8192];
    SKIP_WITHOUT_DEBUG();
    (void)snprintf(line, sizeof line,
                   "cd $(dirname %s) && gcc -g -gsplit-dwarf -fdebug-prefix-map=\"$PWD\"= -o peer "
                   "%s/peer.c",
                   path, SHMLENS_TYPES);
    if (!shell_runs(line))
        SKIP("gcc cannot split debug information");
    peer = peer_on(path, segment);
    RUN_FAILS("the program does not say in which folder this file with types is", "peek", segment,
              "version", "--type", "ring_header");
    peer_ends(&peer);
    (void)snprintf(line, sizeof line,
                   "cd $(dirname %s) && mkdir -p lto && cp %s/leads.c . && "
                   "echo 'long v = 3, w = 4; long *first(void); long *first(void) { return &v; }' "
                   "> first.c && clang -g -gsplit-dwarf -flto -c first.c leads.c && "
                   "clang -g -gsplit-dwarf -flto -fuse-ld=lld -Wl,--plugin-opt=dwo_dir=$PWD/lto "
                   "-o leads first.o leads.o",
                   path, SHMLENS_TYPES);
    if (!shell_runs(line))
        SKIP("clang cannot make one split file of several units here");
    peer = peer_on(run_path("leads"), segment);
    const struct ran *r = RUN("types", segment);
    ck_assert_msg(strncmp(r->out, "0x0 ring_header 48 via g_ring of leads", 38) == 0, "%s%s",
                  r->out, r->err);
    peer_ends(&peer);
}

TEST(split)
{
    SKIP_WITHOUT_DEBUG();
    split_with("-gdwarf-4 -gsplit-dwarf");
    split_with("-gdwarf-5 -gsplit-dwarf");
}

/* The program is gone; its debug file is where a client of debuginfod keeps it, by its build-id. */
static void recorded_elsewhere(const char *locator, const char *id)
{
    char line[8192], cache[1024];
    (void)snprintf(cache, sizeof cache, "%s", run_path("cache"));
    setenv("DEBUGINFOD_CACHE_PATH", cache, 1);
    (void)snprintf(line, sizeof line,
                   "mkdir -p %s/%s && cd $(dirname %s) && mv peer.dbg %s/%s/debuginfo", cache, id,
                   path, cache, id);
    if (!shell_runs(line))
        SKIP("there is no objcopy");
    RUN_PRINTS(0, "0x8 version 7\n", "peek", locator, "version", "--type", "ring_header");
    /* another build's under that name, and what is no file at all */
    ck_assert(compiled("cc", "-g -O1", "peer.c", path));
    (void)snprintf(line, sizeof line, "mv %s %s/%s/debuginfo", path, cache, id);
    ck_assert(shell_runs(line));
    RUN_FAILS("the file that was recorded is gone", "peek", locator, "version", "--type",
              "ring_header");
    (void)snprintf(line, sizeof line, "cd %s/%s && rm debuginfo && mkfifo debuginfo", cache, id);
    ck_assert(shell_runs(line));
    RUN_FAILS("the file that was recorded is gone", "peek", locator, "version", "--type",
              "ring_header");
}

/* A recording remembers which builds it is of, and is typed from them later. */
TEST(recorded)
{
    char file[1024], locator[1100], id[256], line[4096];
    SKIP_WITHOUT_DEBUG();
    if (!compiled("cc", "-g", "peer.c", path))
        SKIP("no C compiler here makes debug information");
    peer = peer_on(path, segment);
    (void)snprintf(file, sizeof file, "%s", run_path("peer.rec"));
    (void)snprintf(locator, sizeof locator, "rec:%s", file);
    ck_assert_int_eq(RUN("record", segment, file, "--for", "0.01s")->status, 0);
    peer_ends(&peer);
    RUN_PRINTS(0, "0x8 version 7\n", "peek", locator, "version", "--type", "ring_header");
    json_t *o = run_json(RUN("peek", locator, "version", "--type", "ring_header", "--json"));
    json_t *source = json_object_get(o, "source");
    ck_assert_str_eq(json_string_value(json_object_get(source, "file")), path);
    ck_assert_ptr_null(json_object_get(source, "pid"));
    (void)snprintf(id, sizeof id, "%s", json_string_value(json_object_get(source, "build_id")));
    ck_assert_uint_ge(strlen(id), 16);
    json_decref(o);
    RUN_FAILS("--pid: a recording is typed from the programs that it remembers", "peek", locator,
              "--type", "ring_header", "--pid", "1");
    RUN_FAILS("ring_heder: no such type; near: ring_header", "peek", locator, "--type",
              "ring_heder");
    /* the debug information may be in a file of its own by now */
    (void)snprintf(
        line, sizeof line,
        "cd $(dirname %s) && objcopy --only-keep-debug peer peer.dbg && strip -g peer && "
        "objcopy --add-gnu-debuglink=peer.dbg peer",
        path);
    if (shell_runs(line))
        RUN_PRINTS(0, "0x8 version 7\n", "peek", locator, "version", "--type", "ring_header");
    ck_assert(compiled("cc", "-g -O1", "peer.c", path));
    (void)snprintf(line, sizeof line, "it is of another build than the one recorded: %s", id);
    RUN_FAILS(line, "peek", locator, "version", "--type", "ring_header");
    ck_assert_int_eq(unlink(path), 0);
    RUN_FAILS("the file that was recorded is gone", "peek", locator, "version", "--type",
              "ring_header");
    recorded_elsewhere(locator, id);
    /* nobody had it mapped */
    (void)unlink(file);
    ck_assert_int_eq(RUN("record", segment, file, "--for", "0.01s")->status, 0);
    RUN_FAILS("the recording does not say which programs had it mapped", "peek", locator, "version",
              "--type", "ring_header");
}

SUITE(test_program_cli_builds, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      TESTS(split, odd_split, recorded));
