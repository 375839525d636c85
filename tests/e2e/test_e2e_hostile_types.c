/* Debug information made to do harm: a program whose variables, types, fields and enumerators are
 * controls, right-to-left marks and invalid text, one of a name of 100,000 bytes, and whose own
 * name is no better. Nothing of them reaches a terminal or a pipe as a control. */
#include "scene.h"
#include "support.h"
#include "support/suite.h"
#include "types/types.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG = 100000, PATH = 256, NAME = 24 };

/* What the compiler is given as a name, and what takes its place in the program: NAME bytes each.
 */
static const struct {
    const char *good, *bad;
} names[] = {
    {"type_aaaaaaaaaaaaaaaaaaa", "\033]0;pwned\a\033[6n\033c\033[?1049l"},
    {"field_bbbbbbbbbbbbbbbbbb", "\x9b"
                                 "6n\xc2\x9b"
                                 "c\xe2\x80\xaertl\xe2\x81\xa6iso\xd8\x9c\r\n\t\b"},
    {"enum_ccccccccccccccccccc", "e\xc0\xaf\xed\xa0\x80\xff\xfe\xf4\x90\x80\x80\x0e\x0f\x7f"
                                 "\xe6\x97 a->b[1"},
    {"value_dddddddddddddddddd", "\033P1$r\033\\\033_apc\033\\|&& == v &"},
    {"variable_eeeeeeeeeeeeeee", "\033[2J\033[Hg\xf0\x9f\x91\xa8\xe2\x80\x8d\xcc\x81\xcc\x81-1234"},
    {"member_fffffffffffffffff", "\xe2\x80\xa8line\xe2\x80\xa9para\xef\xbb\xbf\xef\xbf\xbf ==="},
};

static char folder[64], source[PATH], program[PATH];
static const char *name;
static uint8_t *memory;
static pid_t peer;

static void write_source(void)
{
    FILE *f = fopen(source, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "#include <fcntl.h>\n#include <sys/mman.h>\n#include <unistd.h>\n"
            "enum %s { %s = 1 };\nstruct l%0*d { int %s; };\n"
            "struct %s { int %s; enum %s e; struct l%0*d sub; struct %s *next; } *%s;\n"
            "int main(int c, char **v) { int fd = open(v[c - 1], O_RDWR);\n"
            "%s = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);\n"
            "%s->e = %s; (void)!write(1, \"r\", 1); pause(); return 0; }\n",
            names[2].good, names[3].good, LONG, 0, names[5].good, names[0].good, names[1].good,
            names[2].good, LONG, 0, names[0].good, names[4].good, names[4].good, names[4].good,
            names[3].good);
    ck_assert_int_eq(fclose(f), 0);
}

/* Every name in the file is replaced by one as long. */
static void spoil(const char *from, const char *to)
{
    struct stat st;
    FILE *f = fopen(from, "rb");
    ck_assert(f != NULL && fstat(fileno(f), &st) == 0);
    size_t n = (size_t)st.st_size;
    char *bytes = malloc(n);
    ck_assert(bytes != NULL && fread(bytes, 1, n, f) == n);
    fclose(f);
    for (size_t i = 0; i < COUNT(names); i++) {
        int found = 0;
        ck_assert_uint_eq(strlen(names[i].good), NAME);
        ck_assert_uint_eq(strlen(names[i].bad), NAME);
        for (char *at = bytes;
             (at = memmem(at, n - (size_t)(at - bytes), names[i].good, NAME)) != NULL; found++)
            memcpy(at, names[i].bad, NAME);
        ck_assert_int_gt(found, 0);
    }
    f = fopen(to, "wb");
    ck_assert(f != NULL && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
    ck_assert_int_eq(chmod(to, 0700), 0);
    free(bytes);
}

static void start(void)
{
    int ends[2];
    char byte, file[PATH];
    (void)snprintf(file, sizeof file, "/dev/shm%s", name);
    ck_assert_int_eq(pipe(ends), 0);
    peer = fork();
    if (peer == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(ends[1], 1);
        execl(program, program, file, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ck_assert_int_eq((int)read(ends[0], &byte, 1), 1);
    close(ends[0]);
}

/* False: there is nothing here that makes or reads debug information. */
static bool made(void)
{
    char line[4 * PATH], clean[PATH];
    if (!types_can())
        return false;
    (void)snprintf(folder, sizeof folder, "/tmp/shmlens-e2e-hostile-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(source, sizeof source, "%s/p.c", folder);
    (void)snprintf(clean, sizeof clean, "%s/clean", folder);
    (void)snprintf(program, sizeof program, "%s/\033[2Jp\xe2\x80\xae\x9b", folder);
    write_source();
    (void)snprintf(line, sizeof line, "cc -g -o %s %s >/dev/null 2>&1", clean, source);
    if (system(line) != 0)
        return false;
    spoil(clean, program);
    name = e2e_name("hostile-types");
    memory = scene_segment(name, 4096);
    start();
    return true;
}

static void tear_down(void)
{
    char line[2 * PATH];
    if (peer > 0) {
        (void)kill(peer, SIGKILL);
        (void)waitpid(peer, NULL, 0);
        peer = 0;
    }
    (void)snprintf(line, sizeof line, "rm -rf %s", folder);
    if (folder[0] != '\0')
        ck_assert_int_eq(system(line), 0);
}

TEST(on_the_terminal)
{
    static const char *const keys[] = {"f",     "1",     "<Down>", "<Enter>",    "<Down>",
                                       "r",     "r",     "g\t",    "\t",         "<Esc>",
                                       "d\t\t", "<Esc>", "o",      "o",          ":type \t",
                                       "<Esc>", "@",     "<Esc>",  ":type ]0\r", NULL};
    if (!made())
        SKIP("there is no libdw, or no compiler");
    struct e2e *t = scene_open(name);
    scene_press(t, "S", "via \\x1b[2J");
    support_check_screen(t, "what lies there");
    scene_press(t, "1", "?]0;pwned");
    support_check_screen(t, "the tree");
    support_press_all(t, keys);
    scene_quit(t);
}

TEST(in_commands)
{
    if (!made())
        SKIP("there is no libdw, or no compiler");
    const struct {
        const char *argv[8], *shows;
    } runs[] = {
        {{"types", name}, "via \\x1b[2J"},
        {{"types", name, "--json"}, "\\\\x1b[2J"},
        {{"peek", name, "--type", "auto", "--all"}, "?6n"},
        {{"peek", name, "--type", "auto", "--all", "--json"}, NULL},
        {{"types", name, "--compare"}, NULL},
        {{"info", name, "--type", "auto"}, "?]0;pwned"},
        {{"peek", name, "--type", names[0].bad, "nope"}, NULL},
        {{"peek", name, "--type", "pwned"}, NULL},
    };
    for (size_t i = 0; i < COUNT(runs); i++) {
        const char *argv[E2E_ARGS_MAX] = {e2e_shmlens};
        memcpy(argv + 1, runs[i].argv, sizeof runs[i].argv);
        struct e2e_result r = support_run(argv);
        ck_assert_msg(runs[i].shows == NULL || strstr(r.out, runs[i].shows) != NULL, "%zu: %s%s", i,
                      r.out, r.err);
        ck_assert_int_ge(r.status, 0);
        e2e_result_free(&r);
    }
}

SUITE(test_e2e_hostile_types, .tear_down = tear_down, TESTS(on_the_terminal, in_commands));
