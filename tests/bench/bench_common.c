#include "bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CELL = 256, OLD_MAX = 256 };

/* ---- rows ---- */

/* What the old program did. */
static struct {
    char what[CELL], measured[CELL];
} old[OLD_MAX];
static size_t old_count;
static bool comparing, of_old;

void bench_compare(bool old_now)
{
    comparing = true;
    of_old = old_now;
}

/* A row about the old program is remembered. True: it was one. */
static bool remember(const char *what, const char *measured)
{
    if (of_old && old_count < OLD_MAX) {
        snprintf(old[old_count].what, CELL, "%s", what);
        snprintf(old[old_count++].measured, CELL, "%s", measured);
    }
    return of_old;
}

/* What the old program did in the first row of that name that is not used yet. */
static const char *remembered(const char *what)
{
    static char measured[CELL];
    for (size_t i = 0; i < old_count; i++)
        if (strcmp(old[i].what, what) == 0) {
            old[i].what[0] = '\0';
            memcpy(measured, old[i].measured, CELL);
            return measured;
        }
    return "-";
}

void bench_row(struct bench *b, const char *what, const char *goal, bool good, const char *format,
               ...)
{
    char measured[CELL];
    va_list args;
    va_start(args, format);
    vsnprintf(measured, sizeof measured, format, args);
    va_end(args);
    if (remember(what, measured))
        return;
    if (comparing)
        printf("%-46s %-34s ", what, remembered(what));
    else
        printf("%-46s ", what);
    printf("%-34s %-24s %s\n", measured, goal, good ? "yes" : "NO");
    if (good)
        b->met++;
    else
        b->unmet++;
}

void bench_note(const char *what, const char *format, ...)
{
    char measured[CELL];
    va_list args;
    va_start(args, format);
    vsnprintf(measured, sizeof measured, format, args);
    va_end(args);
    if (remember(what, measured))
        return;
    if (comparing)
        printf("  %-44s %-34s %s\n", what, remembered(what), measured);
    else
        printf("  %-44s %s\n", what, measured);
}

/* ---- tools ---- */

bool bench_have(const char *name)
{
    char line[CELL];
    snprintf(line, sizeof line, "command -v %s >/dev/null", name);
    struct e2e_result r =
        e2e_command(&(struct e2e_command){.argv = E2E_ARGV("/bin/sh", "-c", line)});
    bool have = r.status == 0;
    e2e_result_free(&r);
    return have;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_part(double *values, size_t n, double p)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, compare);
    size_t at = (size_t)((double)n * p);
    return values[at < n ? at : n - 1];
}

/* Time on a processor of one thread, ns: the first number of its schedstat. */
static int64_t task_cpu(pid_t pid, const char *task)
{
    char path[300];
    long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, task);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return 0;
    if (fscanf(f, "%lld", &ns) != 1)
        ns = 0;
    fclose(f);
    return ns;
}

/* utime, stime, cutime, cstime of /proc/PID/stat together, ns. */
static int64_t stat_cpu(pid_t pid)
{
    char path[64], text[1024];
    unsigned long u = 0, s = 0;
    long cu = 0, cs = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *rest = strrchr(text, ')');
    if (rest == NULL ||
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &u, &s,
               &cu, &cs) != 4)
        return 0;
    long tick = sysconf(_SC_CLK_TCK);
    return (int64_t)(u + s + (unsigned long)cu + (unsigned long)cs) * (1000000000 / tick);
}

int64_t bench_cpu(pid_t pid, bool children)
{
    char path[64];
    int64_t total = 0;
    if (children)
        return stat_cpu(pid);
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            total += task_cpu(pid, entry->d_name);
    closedir(dir);
    return total;
}

const char *bench_segment(uint64_t size, const char *needle)
{
    const char *name = e2e_name("bench");
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
        e2e_fail("%s: %s", name, strerror(errno));
    if (posix_fallocate(fd, 0, (off_t)size) != 0) {
        shm_unlink(name);
        e2e_fail("no room for a segment of %llu bytes", (unsigned long long)size);
    }
    uint64_t *words = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (words == MAP_FAILED)
        e2e_fail("mmap: %s", strerror(errno));
    uint64_t x = 88172645463325252U;
    for (uint64_t i = 0; i < size / 8; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        words[i] = x;
    }
    if (needle != NULL)
        memcpy((char *)words + size - 4096, needle, strlen(needle));
    munmap(words, size);
    close(fd);
    return name;
}

void bench_touch(const char *name, uint64_t from, uint64_t to)
{
    if (to <= from)
        return;
    int fd = shm_open(name, O_RDWR, 0);
    unsigned char *p =
        fd < 0 ? MAP_FAILED
               : mmap(NULL, to - from, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)from);
    if (p == MAP_FAILED)
        e2e_fail("%s: %s", name, strerror(errno));
    for (uint64_t i = 0; i < to - from; i += 4096)
        memcpy(p + i, &(uint64_t){i + 1}, 8);
    munmap(p, to - from);
    close(fd);
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

struct bench_time bench_once(const char *const *argv)
{
    int64_t start = e2e_now();
    int status = 0;
    struct rusage used;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) < 0 || status != 0)
        e2e_fail("%s %s failed", argv[0], argv[1]);
    return (struct bench_time){(double)(e2e_now() - start) / 1e9,
                               seconds_of(used.ru_utime) + seconds_of(used.ru_stime)};
}

double bench_run(const char *const *argv, int times)
{
    double best = bench_once(argv).wall;
    while (--times > 0) {
        double again = bench_once(argv).wall;
        best = again < best ? again : best;
    }
    return best;
}

uint64_t bench_memory(void)
{
    char line[200];
    unsigned long long kib = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return (uint64_t)kib << 10;
}
