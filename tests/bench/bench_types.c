/* How long it takes to look a struct up in the debug information of a running program: of a small
 * one, of a large one, of a large one whose debug information is compressed; against gdb. How long
 * it takes to propose what lies in its segment, and whether it notices. */
#include "bench.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "types/types.h"

enum { LINE = 1024 };

static void write_structs(FILE *f, int structs)
{
    for (int i = 0; i < structs; i++)
        fprintf(f,
                "struct s%d { int a%d; struct s%d *next; char name_of_%d[%d]; "
                "union { long l; "
                "double d; } u%d; unsigned x : 3, y%d : 5; };\n",
                i, i, i, i, 8 + i % 64, i, i);
}

/* A program with so many structs that it does not use, and one that it does. */
static bool write_program(const char *path, int structs)
{
    FILE *f = fopen(path, "w");
    if (f == NULL)
        return false;
    fputs("#include <fcntl.h>\n#include <sys/mman.h>\n#include <unistd.h>\n", f);
    write_structs(f, structs);
    fputs("struct last { int magic; struct last *self; } *g;\n"
          "int main(int c, char **v) { int fd = open(v[c - 1], O_RDWR);\n"
          "g = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); g->self "
          "= g;\n"
          "(void)!write(1, \"r\", 1); pause(); }\n",
          f);
    return fclose(f) == 0;
}

static bool compile(const char *source, const char *program, const char *flags)
{
    char line[4 * LINE];
    snprintf(line, sizeof line, "gcc -g -fno-eliminate-unused-debug-types %s -o %s %s", flags,
             program, source);
    return system(line) == 0;
}

/* As large as programs get: 180 MB of debug information before it is compressed. The struct is in
 * the last of its units. */
static bool compile_huge(const char *folder, const char *source, const char *program)
{
    enum { UNITS = 27, STRUCTS = 55000 };
    char unit[LINE], line[8 * LINE];
    size_t n = 0;
    snprintf(unit, sizeof unit, "%s/unit.c", folder);
    FILE *f = fopen(unit, "w");
    if (f == NULL)
        return false;
    write_structs(f, STRUCTS);
    if (fclose(f) != 0 || !write_program(source, 10))
        return false;
    n += (size_t)snprintf(line, sizeof line,
                          "cd %s && gcc -g -fno-eliminate-unused-debug-types -c -o unit.o unit.c "
                          "&& gcc -g -fno-eliminate-unused-debug-types -c -o last.o %s && gcc "
                          "-gz=zlib -o %s",
                          folder, source, program);
    for (int i = 0; i < UNITS; i++)
        n += (size_t)snprintf(line + n, sizeof line - n, " unit.o");
    snprintf(line + n, sizeof line - n, " last.o");
    return system(line) == 0;
}

static pid_t start(const char *program, const char *file)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        execl(program, program, file, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    bool ready = read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    return ready ? pid : -1;
}

/* One program, and what the same question costs gdb. */
static void row(struct bench *b, const char *what, const char *program, const char *name,
                double goal_ms)
{
    char file[LINE], pid_text[16], title[64], goal[32];
    struct stat st = {0};
    int times = b->smoke ? 1 : 5;
    snprintf(file, sizeof file, "/dev/shm%s", name);
    pid_t pid = start(program, file);
    if (pid < 0 || stat(program, &st) != 0)
        e2e_fail("%s does not start", program);
    snprintf(pid_text, sizeof pid_text, "%d", (int)pid);
    double ours = bench_run(
        E2E_ARGV(e2e_shmlens, "peek", name, "magic", "--type", "last", "--pid", pid_text), times);
    double plain = bench_run(E2E_ARGV(e2e_shmlens, "peek", name, "0", "4"), times);
    snprintf(title, sizeof title, "peek --type, %s (%.1f MB)", what, (double)st.st_size / 1e6);
    snprintf(goal, sizeof goal, "%.0f ms", goal_ms);
    bench_row(b, title, goal, ours * 1e3 <= goal_ms, "%.1f ms, %.1f ms without a type", ours * 1e3,
              plain * 1e3);
    if (bench_have("gdb")) {
        double theirs =
            bench_run(E2E_ARGV("gdb", "-nx", "-batch", "-ex", "ptype /o struct last", program), 1);
        bench_note("gdb ptype /o", "%.0f ms: %.0fx", theirs * 1e3, theirs / ours);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* ---- proposals ---- */

/* What a process and its segment would show of having been looked at. */
struct looked {
    long long blocks, resident, switches;
};

static long long status_of(pid_t pid, const char *field)
{
    char path[64], line[256];
    long long value = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            value = strtoll(line + strlen(field), NULL, 10);
    if (f != NULL)
        fclose(f);
    return value;
}

/* Until it sleeps for good: it said that it is ready right before. */
static void await_sleep(pid_t pid)
{
    char path[64], text[LINE] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    for (int i = 0; i < 2000 && strstr(text, ") S ") == NULL; i++) {
        FILE *f = fopen(path, "r");
        if (f == NULL || fgets(text, sizeof text, f) == NULL)
            text[0] = '\0';
        if (f != NULL)
            fclose(f);
        usleep(1000);
    }
}

static struct looked look(pid_t pid, const char *file)
{
    struct stat st = {0};
    if (stat(file, &st) != 0)
        e2e_fail("%s is gone", file);
    return (struct looked){(long long)st.st_blocks, status_of(pid, "VmRSS:"),
                           status_of(pid, "voluntary_ctxt_switches:") +
                               status_of(pid, "nonvoluntary_ctxt_switches:")};
}

/* Is the debug information of the C library installed? */
static bool have_libc_debug(void)
{
    return system("i=$(readelf -n \"$(gcc -print-file-name=libc.so.6)\" 2>/dev/null | "
                  "sed -n 's/.*Build ID: //p') && test -n \"$i\" && "
                  "test -f /usr/lib/debug/.build-id/$(echo $i | cut -c1-2)/"
                  "$(echo $i | cut -c3-).debug") == 0;
}

static void proposals(struct bench *b, const char *program, const char *name)
{
    enum { SPARSE = 64 << 20, KIB_OF_A_PAGE = 4, BLOCKS_OF_A_PAGE = 8 };
    char file[LINE], goal[32];
    bool with = have_libc_debug();
    int times = b->smoke ? 1 : 5;
    double goal_ms = with ? 150 : 20;
    snprintf(file, sizeof file, "/dev/shm%s", name);
    if (truncate(file, SPARSE) != 0)
        e2e_fail("%s cannot grow", file);
    pid_t pid = start(program, file);
    if (pid < 0)
        e2e_fail("%s does not start", program);
    await_sleep(pid);
    struct looked before = look(pid, file);
    double ours = bench_run(E2E_ARGV(e2e_shmlens, "types", name), times);
    (void)bench_run(E2E_ARGV(e2e_shmlens, "peek", name, "--type", "last"), 1);
    struct looked after = look(pid, file);
    snprintf(goal, sizeof goal, "%.0f ms", goal_ms);
    bench_row(b, with ? "types, with libc's debug information" : "types, without libc's", goal,
              ours * 1e3 <= goal_ms, "%.1f ms", ours * 1e3);
    long long pages = (after.blocks - before.blocks) / BLOCKS_OF_A_PAGE +
                      (after.resident - before.resident) / KIB_OF_A_PAGE;
    bench_row(b, "pages made resident by that", "0", pages == 0, "%lld", pages);
    bench_row(b, "times that the process was stopped", "0", after.switches == before.switches,
              "%lld", after.switches - before.switches);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void bench_types(struct bench *b)
{
    char folder[] = "/tmp/shmlens-bench-XXXXXX", source[LINE], program[LINE], line[LINE];
    if (!types_can() || !bench_have("gcc")) {
        bench_note("types from debug information", "not measured: no libdw, or no gcc");
        return;
    }
    const char *name = bench_segment(4096, NULL);
    if (mkdtemp(folder) == NULL)
        e2e_fail("no folder for programs");
    snprintf(source, sizeof source, "%s/p.c", folder);
    snprintf(program, sizeof program, "%s/p", folder);
    int many = b->smoke ? 200 : 29500;
    if (!write_program(source, 10) || !compile(source, program, ""))
        e2e_fail("the small program cannot be compiled");
    row(b, "small", program, name, 10);
    proposals(b, program, name);
    if (!write_program(source, many) || !compile(source, program, ""))
        e2e_fail("the large program cannot be compiled");
    row(b, "large", program, name, 10);
    if (compile(source, program, "-gz"))
        row(b, "compressed", program, name, 60);
    if (!b->smoke && compile_huge(folder, source, program))
        row(b, "180 MB, compressed", program, name, 1500);
    snprintf(line, sizeof line, "rm -rf %s", folder);
    if (system(line) != 0)
        bench_note(folder, "could not be removed");
    shm_unlink(name);
}
