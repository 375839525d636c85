/* --type T without --types: from the debug information of the programs that map the segment. The
 * peers are compiled here, in as many ways as there are compilers and tools for. */
#include <fcntl.h>
#include <sys/stat.h>

#include "support/debug_peer.h"

static char *dup_text(const char *s)
{
    char *copy = strdup(s);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

/* ---- one struct, every form of debug information ---- */

static const struct form {
    const char *name, *compiler, *flags, *after; /* after: a line of the shell, %s is the file */
    const char *needs;                           /* a program */
} forms[] = {
    {"gcc DWARF 5", "gcc", "-gdwarf-5", NULL, NULL},
    {"gcc DWARF 4", "gcc", "-gdwarf-4", NULL, NULL},
    {"gcc -O2", "gcc", "-g -O2", NULL, NULL},
    {"gcc compressed", "gcc", "-g -gz", NULL, NULL},
    {"gcc split 5", "gcc", "-gdwarf-5 -gsplit-dwarf", NULL, NULL},
    {"gcc split 4", "gcc", "-gdwarf-4 -gsplit-dwarf", NULL, NULL},
    {"gcc LTO", "gcc", "-g -flto", NULL, NULL},
    {"gcc type units 5", "gcc", "-gdwarf-5 -fdebug-types-section", NULL, NULL},
    {"gcc type units 4", "gcc", "-gdwarf-4 -fdebug-types-section", NULL, NULL},
    {"gcc debuglink", "gcc", "-g -Wl,--build-id=none",
     "objcopy --only-keep-debug %s %s.debug && strip -g %s && objcopy "
     "--add-gnu-debuglink=%s.debug %s",
     "objcopy"},
    {"gcc build-id", "gcc", "-g -Wl,--build-id=0xabcdef0123456789abcdef0123456789abcdef01",
     "mkdir -p $DEBUGINFOD_CACHE_PATH/abcdef0123456789abcdef0123456789abcdef01 "
     "&& objcopy "
     "--only-keep-debug %s "
     "$DEBUGINFOD_CACHE_PATH/abcdef0123456789abcdef0123456789abcdef01/"
     "debuginfo && strip -g %s",
     "objcopy"},
    {"gcc dwz", "gcc", "-g", "dwz %s", "dwz"},
    {"clang DWARF 5", "clang", "-gdwarf-5", NULL, "clang"},
    {"clang DWARF 4", "clang", "-gdwarf-4", NULL, "clang"},
    {"clang compressed", "clang", "-g -gz", NULL, "clang"},
    {"clang split", "clang", "-gdwarf-5 -gsplit-dwarf", NULL, "clang"},
    {"clang split 4", "clang", "-gdwarf-4 -gsplit-dwarf", NULL, "clang"},
    {"clang LTO", "clang", "-g -flto -fuse-ld=lld", NULL, "ld.lld"},
    {"clang build-id", "clang", "-g -Wl,--build-id=0xabcdef0123456789abcdef0123456789abcdef02",
     "mkdir -p $DEBUGINFOD_CACHE_PATH/abcdef0123456789abcdef0123456789abcdef02 "
     "&& objcopy "
     "--only-keep-debug %s "
     "$DEBUGINFOD_CACHE_PATH/abcdef0123456789abcdef0123456789abcdef02/"
     "debuginfo && strip -g %s",
     "objcopy"},
    {"clang dwz", "clang", "-gdwarf-4", "dwz %s", "dwz"},
    {"clang type units", "clang", "-gdwarf-5 -fdebug-types-section", NULL, "clang"},
};

/* Every %s of a line is the path. */
static void spelled(char *out, size_t cap, const char *line, const char *path)
{
    size_t n = 0;
    for (; *line != '\0' && n + 1 < cap; line++)
        if (line[0] == '%' && line[1] == 's') {
            n += (size_t)snprintf(out + n, cap - n, "%s", path);
            line++;
        } else {
            out[n++] = *line;
        }
    out[n] = '\0';
}

/* The addresses in a text differ from run to run: only where they lead counts. */
static void without_addresses(char *s)
{
    char *to = s;
    for (; *s != '\0'; s++)
        if (strncmp(s, " 0x7", 4) == 0)
            s += strcspn(s + 1, " \n");
        else
            *to++ = *s;
    *to = '\0';
}

/* The same in JSON, but for the names of scalar types and for values: where each field is, how
 * large it is, and its bits. The sizes of those that have a row are what the compiler itself said
 * of them: `0x8 version 4`. */
static char *places(const struct form *f, const char *segment, const char *said)
{
    char *all = calloc(1, 1 << 20), line[256];
    size_t n = 0, i, known = 0;
    json_t *field,
        *o =
            run_json(RUN("peek", segment, "0", "1024", "--type", "ring_header", "--all", "--json"));
    ck_assert_ptr_nonnull(all);
    json_array_foreach(json_object_get(o, "fields"), i, field)
    {
        const char *name = json_string_value(json_object_get(field, "path"));
        long long at = (long long)told_number(field, "offset"),
                  size = (long long)told_number(field, "size");
        const json_t *bit = json_object_get(field, "bit"), *bits = json_object_get(field, "bits");
        n += (size_t)snprintf(all + n, (1 << 20) - n, "%s %lld %lld %d %d\n",
                              name != NULL ? name : "", at, size, (int)json_integer_value(bit),
                              (int)json_integer_value(bits));
        ck_assert_uint_lt(n, 1 << 20);
        (void)snprintf(line, sizeof line, "0x%llx %s %lld\n", at, name != NULL ? name : "", size);
        known += strstr(said, line) != NULL;
    }
    json_decref(o);
    ck_assert_msg(known >= 5, "%s: %zu sizes are known\n%s", f->name, known, said);
    return all;
}

/* What peek prints of the peer in one form, as text and then as places; NULL: it could not be
 * made. */
static char *listing(const struct form *f, const char *segment, const char *path)
{
    char line[4096];
    if (!compiled(f->compiler, f->flags, "peer.c", path))
        return NULL;
    if (f->after != NULL) {
        spelled(line, sizeof line, f->after, path);
        if (!shell_runs(line))
            return NULL;
    }
    struct debug_peer p = peer_on(path, segment);
    const struct ran *r = RUN("peek", segment, "--type", "ring_header", "--all");
    ck_assert_msg(r->status == 0, "%s: %s", f->name, r->err);
    char *out = dup_text(r->out), *also = places(f, segment, p.said);
    /* what the compiler itself says of the offsets: `0x10 lock 40` */
    for (char *said = p.said, *end; (end = strchr(said, '\n')) != NULL; said = end + 1) {
        *end = '\0';
        char *size = strrchr(said, ' ');
        if (size == NULL || strstr(said, " wide ") != NULL)
            break;
        *size = '\0';
        ck_assert_msg(strstr(out, said) != NULL, "%s: %s is not in\n%s", f->name, said, out);
    }
    peer_ends(&p);
    without_addresses(out);
    char *both = realloc(out, strlen(out) + strlen(also) + 1);
    ck_assert_ptr_nonnull(both);
    memcpy(both + strlen(both), also, strlen(also) + 1);
    free(also);
    return both;
}

TEST(every_form)
{
    char *first = NULL, cache[4096];
    int made = 0;
    SKIP_WITHOUT_DEBUG();
    (void)snprintf(cache, sizeof cache, "%s", run_path("cache"));
    setenv("DEBUGINFOD_CACHE_PATH", cache, 1);
    for (size_t i = 0; i < COUNT(forms); i++) {
        if (i % 12 != 0 && getenv("SHMLENS_MEMCHECK") != NULL) {
            suite_skip(__func__, "%s: a memory checker looks at every twelfth form", forms[i].name);
            continue;
        }
        if ((forms[i].needs != NULL && !has_program(forms[i].needs)) ||
            !has_program(forms[i].compiler)) {
            suite_skip(__func__, "%s: there is no %s", forms[i].name,
                       forms[i].needs != NULL ? forms[i].needs : forms[i].compiler);
            continue;
        }
        char file[32];
        (void)snprintf(file, sizeof file, "peer%zu", i);
        char *path = dup_text(run_path(file)), *segment = dup_text(run_name(file));
        char *text = listing(&forms[i], segment, path);
        if (text == NULL)
            suite_skip(__func__, "%s: the compiler cannot do that", forms[i].name);
        else if (first == NULL)
            first = text;
        else
            ck_assert_msg(strcmp(first, text) == 0, "%s:\n%.1500s\nis not\n%.1500s", forms[i].name,
                          text, first);
        made += text != NULL;
        if (text != first)
            free(text);
        free(path);
        free(segment);
    }
    ck_assert_int_gt(made, getenv("SHMLENS_MEMCHECK") != NULL ? 1 : 5);
    ck_assert_ptr_nonnull(strstr(first, "state RING_READY (2)\n"));
    ck_assert_ptr_nonnull(strstr(first, "flags 0\n"));
    ck_assert_ptr_nonnull(strstr(first, "slots[1].low -2\n"));
    ck_assert_ptr_nonnull(strstr(first, "slots[1].high -200\n"));
    ck_assert_ptr_nonnull(strstr(first, "slots[1].rest 77\n"));
    ck_assert_ptr_nonnull(strstr(first, "beat 77123\n"));
    free(first);
}

/* ---- one peer of C for the rest ---- */

static char *path, *segment;
static struct debug_peer peer;

static bool make_peer(void)
{
    free(path);
    free(segment);
    path = dup_text(run_path("peer"));
    segment = dup_text(run_name("debug"));
    if (!types_can() || !compiled("cc", "-g", "peer.c", path))
        return false;
    peer = peer_on(path, segment);
    return true;
}

#define PEER()                                                  \
    do {                                                        \
        SKIP_WITHOUT_DEBUG();                                   \
        if (!make_peer())                                       \
            SKIP("no C compiler here makes debug information"); \
    } while (0)

TEST(commands)
{
    char pid[16];
    PEER();
    (void)snprintf(pid, sizeof pid, "%d", (int)peer.pid);
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "ring_header");
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "struct ring_header",
               "--pid", pid);
    const struct ran *r = RUN("peek", segment, "first->next->id", "--type", "ring_header");
    ck_assert_msg(strstr(r->out, " first->next->id 42\n") != NULL, "%s%s", r->out, r->err);
    RUN_PRINTS(0, "", "poke", segment, "slots[1].prio", "17", "--type", "ring_header");
    r = RUN("peek", segment, "slots[1]", "--type", "ring_header");
    ck_assert_ptr_nonnull(strstr(r->out, "slots[1].prio 17\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "slots[1].high -200\n")); /* the neighbours stay */
    RUN_PRINTS(0, "", "poke", segment, "flags", "URGENT|LAST", "--type", "ring_header");
    RUN_PRINTS(0, "", "wait", segment, "state", "--equals", "RING_READY", "--type", "ring_header",
               "--timeout", "5s");
    r = RUN("find", segment, "77123", "--type", "ring_header");
    ck_assert_msg(strstr(r->out, "beat") != NULL, "%s%s", r->out, r->err);
    r = RUN("info", segment, "--type", "ring_header");
    ck_assert_ptr_nonnull(strstr(r->out, path));
    json_t *o = run_json(RUN("peek", segment, "--type", "ring_header", "--json"));
    json_t *source = json_object_get(o, "source");
    ck_assert_int_eq(told_number(source, "pid"), peer.pid);
    ck_assert_str_eq(json_string_value(json_object_get(source, "file")), path);
    json_decref(o);
    peer_ends(&peer);
}

TEST(refusals)
{
    PEER();
    RUN_FAILS("ring_heder: no such type; near: ring_header", "peek", segment, "--type",
              "ring_heder");
    RUN_FAILS("there is no process 4194303", "peek", segment, "--type", "ring_header", "--pid",
              "4194303");
    peer_ends(&peer);
    RUN_FAILS("no other process is seen to map it", "peek", segment, "--type", "ring_header");
}

/* Without debug information: the message names the file and what to do. */
TEST(stripped)
{
    PEER();
    peer_ends(&peer);
    ck_assert(compiled("cc", "-s", "peer.c", path));
    peer = peer_on(path, segment);
    const struct ran *r = RUN("peek", segment, "--type", "ring_header");
    ck_assert_int_eq(r->status, 2);
    ck_assert_msg(strstr(r->err, "it has no debug information") != NULL &&
                      strstr(r->err, path) != NULL && strstr(r->err, "-g") != NULL,
                  "%s", r->err);
    peer_ends(&peer);
}

/* What runs counts, whatever has its name now. */
TEST(deleted_and_replaced)
{
    PEER();
    ck_assert_int_eq(unlink(path), 0);
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "ring_header");
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs("not a program\n", f);
    fclose(f);
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "ring_header");
    peer_ends(&peer);
}

/* The process that reads debug information is started before the others are looked at, which takes
 * as long; it is never seen as one that maps what we map, as a copy of us would be. */
TEST(started_before_the_scan)
{
    PEER();
    for (int i = 0; i < 10; i++) {
        const struct ran *r = RUN("peek", segment, "self", "--type", "ring_header", "--calls");
        const char *start = strstr(r->err, "boxed: "), *look = strstr(r->err, "/maps");
        ck_assert(start != NULL && look != NULL && start < look);
        ck_assert(strstr(r->out, "-> +0x0") != NULL);
        ck_assert_ptr_null(strstr(r->out, "only as"));
    }
    peer_ends(&peer);
}

/* Nothing but a regular file is opened as a debug file: a fifo would block, and nothing is read
 * from outside of the process's root folder. */
TEST(odd_debug_files)
{
    char debug[1024], line[8192];
    PEER();
    peer_ends(&peer);
    if (!has_program("objcopy"))
        SKIP("there is no objcopy");
    (void)snprintf(debug, sizeof debug, "%s.debug", path);
    (void)snprintf(line, sizeof line,
                   "cc -g -Wl,--build-id=none -o %s " SHMLENS_TYPES "/peer.c && objcopy "
                   "--only-keep-debug %s %s && strip -g %s && objcopy "
                   "--add-gnu-debuglink=%s %s",
                   path, path, debug, path, debug, path);
    ck_assert(shell_runs(line));
    peer = peer_on(path, segment);
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "ring_header");
    ck_assert_int_eq(unlink(debug), 0);
    ck_assert_int_eq(mkfifo(debug, 0600), 0);
    RUN_FAILS("peer.debug: not a regular file: not opened", "peek", segment, "--type",
              "ring_header");
    ck_assert_int_eq(unlink(debug), 0);
    ck_assert_int_eq(symlink("/dev/zero", debug), 0);
    RUN_FAILS("peer.debug: not a regular file: not opened", "peek", segment, "--type",
              "ring_header");
    ck_assert_int_eq(unlink(debug), 0);
    ck_assert_int_eq(symlink("/dev/fuse", debug), 0);
    RUN_FAILS("peer.debug: not a regular file: not opened", "peek", segment, "--type",
              "ring_header");
    /* one of another program: its checksum is wrong */
    ck_assert_int_eq(unlink(debug), 0);
    ck_assert(compiled("cc", "-g -O1", "peer.c", debug));
    RUN_FAILS("peer.debug: of another build, or without debug information: not used", "peek",
              segment, "--type", "ring_header");
    peer_ends(&peer);
}

/* Debug files of a program in a container are looked for in its root folder, and a link there leads
 * nowhere else. */
TEST(container)
{
    char line[8192];
    SKIP_WITHOUT_DEBUG();
    segment = dup_text(run_name("debug"));
    path = dup_text(run_path("root"));
    (void)snprintf(line, sizeof line,
                   "mkdir -p %s/dev/shm && cd %s && cc -static -g -Wl,--build-id=none -o peer "
                   "%s/peer.c && objcopy --only-keep-debug peer peer.debug && strip -g peer && "
                   "objcopy --add-gnu-debuglink=peer.debug peer",
                   path, path, SHMLENS_TYPES);
    if (!shell_runs(line))
        SKIP("no static program can be made here");
    peer = peer_in(path, "/peer", segment);
    if (peer.pid == 0)
        SKIP("no container can be made here");
    RUN_PRINTS(0, "0x8 version 7\n", "peek", segment, "version", "--type", "ring_header");
    json_t *o = run_json(RUN("peek", segment, "version", "--type", "ring_header", "--json"));
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o, "source"), "file")),
                     "/peer");
    json_decref(o);
    (void)snprintf(line, sizeof line,
                   "cd %s && mv peer.debug ../outside.debug && ln -s $(cd .. && pwd)/outside.debug "
                   "peer.debug && test -s peer.debug",
                   path);
    ck_assert(shell_runs(line));
    RUN_FAILS("peer.debug: a link that leads to nothing in the process's root folder: not followed",
              "peek", segment, "--type", "ring_header");
    peer_ends(&peer);
    (void)snprintf(line, sizeof line, "rm -rf %s", path);
    ck_assert(shell_runs(line));
}

/* ---- headers ---- */

static const char *text_file(const char *name, const char *text)
{
    const char *file = run_path(name);
    FILE *f = fopen(file, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return file;
}

/* With --pid a layout file says more of the types of the program. */
TEST(hints)
{
    char pid[16];
    PEER();
    (void)snprintf(pid, sizeof pid, "%d", (int)peer.pid);
    char *layout = dup_text(text_file("peer.layout", "for ring_header.version: hex\n"));
    RUN_PRINTS(0, "0x8 version 0x7\n", "peek", segment, "version", "--type", "ring_header", "--pid",
               pid, "--types", layout);
    free(layout);
    layout = dup_text(text_file("peer.layout", "for ring_header.nope: hex\n"));
    RUN_FAILS("peer.layout:1: ", "peek", segment, "version", "--type", "ring_header", "--pid", pid,
              "--types", layout);
    free(layout);
    peer_ends(&peer);
}

/* A header that is more than plain declarations. */
TEST(compiled_header)
{
    static const char text[] = "#define FIELD(type, name) type name\n"
                               "#define TWICE(x) ((x) * 2)\n"
                               "struct hard { FIELD(char, a); FIELD(int, b[TWICE(2)]); } "
                               "__attribute__((packed));\n";
    SKIP_WITHOUT_DEBUG();
    if (!has_program("cc"))
        SKIP("there is no cc");
    path = dup_text(text_file("hard.h", text));
    segment = dup_text(run_name("cc"));
    unsigned char *bytes = run_map(segment, 4096);
    bytes[5] = 9;
    RUN_FAILS("hard.h:3: ", "peek", segment, "--type", "hard", "--types", path);
    RUN_PRINTS(0, "0x5 b[1] 9\n", "peek", segment, "b[1]", "--type", "hard", "--types", path,
               "--cc");
    RUN_PRINTS(0, "0x5 b[1] 9\n", "peek", segment, "b[1]", "--type", "struct hard", "--cc",
               "--types", path);
    RUN_FAILS("hart: no such type; near: hard", "peek", segment, "--type", "hart", "--types", path,
              "--cc");
    RUN_FAILS("--cc needs --types FILE", "peek", segment, "--type", "hard", "--cc");
    (void)text_file("hard.h", "struct hard { nonsense };\n");
    RUN_FAILS("hard.h:1:", "peek", segment, "--type", "hard", "--types", path, "--cc");
    setenv("CC", "no-such-compiler -m64", 1);
    RUN_FAILS("the compiler no-such-compiler cannot be run", "peek", segment, "--type", "hard",
              "--types", path, "--cc");
}

/* A compiler that takes long, with a child of its own. It says in a file that it runs. */
static const char slow_cc[] = "#!/bin/sh\ntouch $TMPDIR/runs\nsleep 97 & wait\n",
                  quiet_cc[] = "#!/bin/sh\nexec 2>&-\ntouch $TMPDIR/runs\nsleep 97 & wait\n";

static void stopped_by(int signal_number, const char *folder)
{
    char line[4096];
    pid_t pid = fork();
    if (pid == 0) {
        execl(SHMLENS_BINARY, "shmlens", "peek", segment, "--type", "hard", "--types", path, "--cc",
              (char *)NULL);
        _exit(127);
    }
    (void)snprintf(line, sizeof line, "while ! test -e %s/runs; do sleep 0.01; done; ls -d %s/shm*",
                   folder, folder);
    ck_assert(shell_runs(line));
    ck_assert_int_eq(kill(pid, signal_number), 0);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == signal_number);
    (void)snprintf(line, sizeof line, "rm %s/runs && rmdir %s && mkdir %s", folder, folder, folder);
    ck_assert_msg(shell_runs(line), "signal %d left something in %s", signal_number, folder);
}

TEST(compiler_is_ended)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    SKIP_WITHOUT_DEBUG();
    path = dup_text(text_file("hard.h", "struct hard { int a; };\n"));
    segment = dup_text(run_name("cc"));
    (void)run_map(segment, 4096);
    char *cc = dup_text(text_file("cc.sh", slow_cc)), *folder = dup_text(run_path("scratch"));
    ck_assert_int_eq(chmod(cc, 0700), 0);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    setenv("CC", cc, 1);
    setenv("TMPDIR", folder, 1);
    for (size_t i = 0; i < COUNT(signals); i++)
        stopped_by(signals[i], folder);
    (void)text_file("cc.sh", quiet_cc); /* nothing can be heard of it any more */
    stopped_by(SIGTERM, folder);
    ck_assert_int_eq(rmdir(folder), 0);
    free(cc);
    free(folder);
}

/* ---- other languages ---- */

static void cpp_with(const char *compiler)
{
    if (!has_program(compiler)) {
        suite_skip("cpp_fn", "there is no %s", compiler);
        return;
    }
    if (!compiled(compiler, "-g -std=c++17", "peer.cc", path)) {
        suite_skip("cpp_fn", "%s cannot compile C++17", compiler);
        return;
    }
    struct debug_peer p = peer_on(path, segment);
    static const char *const names[] = {"acme::ipc::Header", "Header", "ipc::Header",
                                        "struct Header", "class Header"};
    for (size_t i = 0; i < COUNT(names); i++)
        RUN_PRINTS(0, "0xa stop false\n", "peek", segment, "stop", "--type", names[i]);
    static const char *const queues[] = {"Queue<acme::Sample, 4>", "Queue<acme::Sample,4>", "Queue",
                                         "Queue<acme::Sample, 4ul>", "Queue<acme::Sample,  4UL>"};
    for (size_t i = 0; i < COUNT(queues); i++) {
        char at[64];
        (void)snprintf(at, sizeof at, "%s@0x20", queues[i]);
        RUN_PRINTS(0, "0x20 head 3\n", "peek", segment, "head", "--type", at);
    }
    peer_ends(&p);
}

TEST(cpp)
{
    SKIP_WITHOUT_DEBUG();
    path = dup_text(run_path("peer"));
    segment = dup_text(run_name("cpp"));
    cpp_with("g++");
    cpp_with("clang++");
}

static const char *const cpp_compilers[] = {"g++", "clang++"};

TEST_LOOP(cpp_fields, SUITE_ROWS(cpp_compilers))
{
    SKIP_WITHOUT_DEBUG();
    path = dup_text(run_path("peer"));
    segment = dup_text(run_name("cpp"));
    if (!compiled(cpp_compilers[_i], "-g -std=c++17", "peer.cc", path))
        SKIP("%s cannot compile that here", cpp_compilers[_i]);
    struct debug_peer p = peer_on(path, segment);
    /* a field in the padding of its base, and no padding said to be there */
    RUN_PRINTS(0,
               "0x0 wide 1\n0x8 narrow 2\n0x9 reused 9\n0xa stop false\n0xb mode "
               "busy (3)\n"
               "0xc 4 bytes of padding\n0x10 id 55\n0x18 triple[0] 0\n0x1a "
               "triple[1] -7\n"
               "0x1c triple[2] 0\n0x1e 2 bytes of padding\n",
               "peek", segment, "--type", "Header", "--all");
    const struct ran *r = RUN("peek", segment, "shape", "--type", "All");
    ck_assert_msg(strstr(r->out, "shape._vptr") != NULL && strstr(r->out, "vtable") != NULL, "%s",
                  r->out);
    RUN_FAILS("a table of functions", "poke", segment, "shape._vptr", "0", "--type", "All");
    RUN_FAILS("several types are called so: acme::ipc::Shape, other::Shape", "peek", segment,
              "--type", "Shape");
    RUN_PRINTS(0, "", "poke", segment, "mode", "idle", "--type", "Header");
    RUN_PRINTS(0, "0xb mode idle (0)\n", "peek", segment, "mode", "--type", "Header");
    peer_ends(&p);
}

/* What two programs share is in a third file (dwz -m). */
TEST(shared_debug_file)
{
    char line[8192];
    SKIP_WITHOUT_DEBUG();
    path = dup_text(run_path("peer"));
    segment = dup_text(run_name("cpp"));
    if (!has_program("dwz"))
        SKIP("there is no dwz");
    if (!compiled("g++", "-g -std=c++17", "peer.cc", path))
        SKIP("no C++ compiler here");
    (void)snprintf(line, sizeof line, "cp %s %s.2 && dwz -m %s.shared %s %s.2", path, path, path,
                   path, path);
    if (!shell_runs(line))
        SKIP("dwz cannot do that here");
    struct debug_peer p = peer_on(path, segment);
    RUN_PRINTS(0, "0xb mode busy (3)\n", "peek", segment, "mode", "--type", "acme::ipc::Header");
    (void)snprintf(line, sizeof line, "%s.shared", path);
    ck_assert_int_eq(unlink(line), 0);
    RUN_FAILS("what it shares with others (dwz) is missing", "peek", segment, "--type", "Header");
    peer_ends(&p);
}

TEST(rust)
{
    SKIP_WITHOUT_DEBUG();
    path = dup_text(run_path("peer"));
    segment = dup_text(run_name("rust"));
    if (!has_program("rustc"))
        SKIP("there is no rustc");
    if (!compiled("rustc", "-g", "peer.rs", path))
        SKIP("rustc cannot compile and link here");
    struct debug_peer p = peer_on(path, segment);
    RUN_PRINTS(0,
               "0x0 head 6\n0x8 cell 6\n0xc mode Busy (3)\n0x10 event.tag Moved (1)\n"
               "0x14 event.Moved.x 0.5\n0x18 event.Moved.y 1.5\n0x1c letter 'k' (107)\n",
               "peek", segment, "--type", "Ring");
    peer_ends(&p);
}

static void tear_down(void)
{
    run_end();
    free(path);
    free(segment);
    path = segment = NULL;
}

SUITE(test_program_cli_debug, .tear_down = tear_down, .timeout = 240,
      TESTS(every_form, commands, refusals, stripped, deleted_and_replaced, started_before_the_scan,
            odd_debug_files, container, hints, compiled_header, compiler_is_ended, cpp, cpp_fields,
            shared_debug_file, rust));
