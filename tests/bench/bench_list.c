/* ls of a machine full of shared memory, against lsof and against the least that has to be read. */
#include "bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* struct procmap_query of Linux 6.11. */
struct query {
    uint64_t size, flags, address, start, end, vma_flags, page_size, offset, ino;
    uint32_t major, minor, name_size, build_id_size;
    uint64_t name, build_id;
};
#define QUERY _IOWR('f', 17, struct query)
enum { SHARED = 8, OR_NEXT = 16, OF_FILES = 32 };

/* Every shared mapping of a file in one process; false: this kernel cannot be asked. */
static bool ask_mappings(int fd, uint64_t *sum)
{
    struct query q = {.size = sizeof q, .flags = OR_NEXT | OF_FILES | SHARED};
    while (ioctl(fd, QUERY, &q) == 0) {
        *sum += q.ino;
        q = (struct query){
            .size = sizeof q, .flags = OR_NEXT | OF_FILES | SHARED, .address = q.end};
    }
    return errno != ENOTTY;
}

static void read_text(int fd, uint64_t *sum)
{
    static char text[32 * 1024];
    ssize_t n;
    while ((n = read(fd, text, sizeof text)) > 0)
        *sum += (uint64_t)n;
}

static void ask_descriptors(const char *pid, uint64_t *sum)
{
    char path[300];
    struct dirent *entry;
    struct stat st;
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *d = opendir(path);
    while (d != NULL && (entry = readdir(d)) != NULL)
        if (entry->d_name[0] != '.' && fstatat(dirfd(d), entry->d_name, &st, 0) == 0)
            *sum += st.st_ino;
    if (d != NULL)
        closedir(d);
}

/* Seconds that the cheapest complete read of /proc takes. */
static double read_bare(void)
{
    char path[300];
    struct dirent *entry;
    uint64_t sum = 0;
    int64_t start = e2e_now();
    DIR *proc = opendir("/proc");
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "/proc/%s/maps", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        if (!ask_mappings(fd, &sum))
            read_text(fd, &sum);
        close(fd);
        ask_descriptors(entry->d_name, &sum);
    }
    if (proc != NULL)
        closedir(proc);
    double seconds = (double)(e2e_now() - start) / 1e9;
    return sum == 0 ? 0 : seconds;
}

void bench_list(struct bench *b)
{
    struct bench_load load;
    int times = b->smoke ? 1 : 7;
    bench_load_start(&load, b->smoke ? 100 : 2000, b->smoke ? 10 : 300, b->smoke ? 20 : 200);
    double bare = read_bare();
    double ours = bench_run(E2E_ARGV(e2e_shmlens, "ls"), 1);
    for (int i = 1; i < times; i++) { /* by turns: the machine has other work too */
        double a = read_bare(), o = bench_run(E2E_ARGV(e2e_shmlens, "ls"), 1);
        bare = a < bare ? a : bare;
        ours = o < ours ? o : ours;
    }
    bench_row(b, "ls of 2,000 segments, 300 x 200 mappings", "1.5x the bare read of /proc",
              ours <= 1.5 * bare, "%.1f ms, %.2fx the bare read", ours * 1e3, ours / bare);
    bench_note("the bare read of /proc", "%.1f ms", bare * 1e3);
    if (bench_have("lsof")) {
        double lsof = bench_run(E2E_ARGV("lsof", "/dev/shm"), b->smoke ? 1 : 3);
        bench_row(b, "the same against lsof /dev/shm", "4x as fast", lsof >= 4 * ours,
                  "%.1fx as fast", lsof / ours);
        bench_note("lsof /dev/shm", "%.0f ms", lsof * 1e3);
    }
    bench_load_stop(&load);
}
