/* find: literals, patterns, regular expressions; on one processor and on more. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROUNDS = 9, CORES_MOST = 16 };

static const char needle[] = "a needle in the hay";

static void read_loop(const char *path, uint64_t size, int cores, int rounds)
{
    double best[ROUNDS];
    char what[64];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *p = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (p == MAP_FAILED)
        e2e_fail("%s: %s", path, strerror(errno));
    for (int i = 0; i < rounds; i++)
        best[i] = bench_reading(p, size, (size_t)cores);
    munmap(p, size);
    close(fd);
    snprintf(what, sizeof what, "reading what is mapped, %d %s", cores,
             cores == 1 ? "processor" : "processors");
    bench_note(what, "%.1f GB/s, median %.1f", bench_part(best, (size_t)rounds, 1),
               bench_part(best, (size_t)rounds, 0.5));
}

/* A literal against ripgrep, with so many processors. */
static void literal(struct bench *b, const char *name, const char *path, uint64_t size, int cores,
                    double goal)
{
    char what[64], limit[32];
    int rounds = b->smoke ? 1 : ROUNDS;
    double gb = (double)size / 1e9;
    if (!bench_processors(cores))
        return;
    read_loop(path, size, cores, rounds);
    snprintf(what, sizeof what, "find of a literal, %d %s", cores,
             cores == 1 ? "processor" : "processors");
    snprintf(limit, sizeof limit, "%.1fx rg's time", goal);
    if (bench_have("rg")) {
        struct bench_pair t =
            bench_turns(E2E_ARGV(e2e_shmlens, "find", name, needle),
                        E2E_ARGV("rg", "-obUaF", "--no-config", needle, path), rounds);
        bench_row(b, what, limit, t.ours <= goal * t.theirs,
                  "%.1f GB/s, %.2fx, median %.2fx, cpu %.2fx", gb / t.ours, t.ours / t.theirs,
                  t.median.ours / t.median.theirs, t.ours_cpu / t.theirs_cpu);
    } else {
        bench_note(what, "%.1f GB/s (rg is not there)",
                   gb / bench_run(E2E_ARGV(e2e_shmlens, "find", name, needle), rounds));
    }
    bench_processors(0);
}

/* A segment of random bytes; its last page has one match of each pattern. */
static const char *subject(uint64_t size)
{
    static const uint8_t matches[] = "\xde\xad\x11\xef\x01\x17\xa5.\xef\xbe\xad\xde."
                                     "a\0 \0n\0e\0e\0d\0l\0e\0.abcde0123.12345678.";
    const char *name = bench_segment(size, needle);
    int fd = shm_open(name, O_RDWR, 0);
    if (pwrite(fd, matches, sizeof matches, (off_t)size - 2000) != (ssize_t)sizeof matches)
        e2e_fail("%s: %s", name, strerror(errno));
    close(fd);
    return name;
}

/* Other patterns of bytes, against the literal. */
static void patterns(struct bench *b, const char *name)
{
    static const char *const pattern[] = {"x:de ad ?? ef 0? 17 a5", "u32:3735928559",
                                          "u16:a needle", "i:Needle in"};
    for (size_t i = 0; i < sizeof pattern / sizeof *pattern; i++) {
        char what[64];
        snprintf(what, sizeof what, "find of %s", pattern[i]);
        struct bench_pair t =
            bench_turns(E2E_ARGV(e2e_shmlens, "find", name, pattern[i]),
                        E2E_ARGV(e2e_shmlens, "find", name, needle), b->smoke ? 1 : 5);
        bench_row(b, what, "1.1x the literal's time", t.ours <= 1.1 * t.theirs,
                  "%.2fx, median %.2fx, cpu %.2fx", t.ours / t.theirs,
                  t.median.ours / t.median.theirs, t.ours_cpu / t.theirs_cpu);
    }
}

static void regexes(struct bench *b, const char *name, const char *path, double gb)
{
    static const char *const regex[] = {"[a-f]{5}[0-9]{4}", "needle [a-z]+ the", "[0-9]{8}"};
    for (size_t i = 0; i < sizeof regex / sizeof *regex && bench_have("rg"); i++) {
        char what[64], ours[64], theirs[64];
        snprintf(what, sizeof what, "find of r:%s", regex[i]);
        snprintf(ours, sizeof ours, "r:%s", regex[i]);
        snprintf(theirs, sizeof theirs, "(?-u)%s", regex[i]);
        struct bench_pair t =
            bench_turns(E2E_ARGV(e2e_shmlens, "find", name, ours),
                        E2E_ARGV("rg", "-obUa", "--no-config", theirs, path), b->smoke ? 1 : 3);
        bench_row(b, what, "1.5x rg's time", t.ours <= 1.5 * t.theirs,
                  "%.2f GB/s, %.2fx, median %.2fx", gb / t.ours, t.ours / t.theirs,
                  t.median.ours / t.median.theirs);
    }
}

void bench_search(struct bench *b)
{
    uint64_t size = bench_room((uint64_t)(b->smoke ? 32 : 2048) << 20);
    const char *name = subject(size);
    char path[300];
    snprintf(path, sizeof path, "/dev/shm%s", name);
    setenv("LC_ALL", "C", 1);
    literal(b, name, path, size, 1, 1.0);
    for (int cores = 2; cores <= CORES_MOST; cores *= 2)
        literal(b, name, path, size, cores, 0.6);
    patterns(b, name);
    shm_unlink(name);
    size = bench_room((uint64_t)(b->smoke ? 8 : 1024) << 20);
    name = subject(size);
    snprintf(path, sizeof path, "/dev/shm%s", name);
    regexes(b, name, path, (double)size / 1e9);
    shm_unlink(name);
}
