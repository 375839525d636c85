/* Attaching to a huge segment with nothing in it. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* KiB of a process's memory that are resident; 0: not known. */
static unsigned long resident_kib(pid_t pid)
{
    char path[64], line[256];
    unsigned long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmRSS: %lu", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return kib;
}

/* The title says it is live, the first row of data and the last row of the screen are there. */
static bool full_frame(struct e2e *t, void *ctx)
{
    (void)ctx;
    return e2e_find(t, "LIVE", NULL, NULL) && e2e_find(t, "00000000", NULL, NULL) &&
           e2e_row(t, -1)[0] != '\0';
}

void bench_sparse(struct bench *b)
{
    const char *name = e2e_name("sparse");
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)64 << 30) != 0)
        e2e_fail("%s: %s", name, strerror(errno));
    enum { RUNS = 7 };
    double ms[RUNS];
    unsigned long rss = 0;
    int runs = b->smoke ? 1 : RUNS;
    for (int i = 0; i < runs; i++) {
        int64_t start = e2e_now();
        struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
        e2e_wait(t, full_frame, NULL, "the first full frame", 0);
        ms[i] = (double)(e2e_now() - start) / 1e6;
        e2e_settle(t, 100, 500);
        unsigned long kib = resident_kib(e2e_pid(t));
        rss = kib > rss ? kib : rss;
        e2e_end(t);
    }
    struct stat st;
    long long blocks = fstat(fd, &st) == 0 ? (long long)st.st_blocks : -1;
    double median = bench_part(ms, (size_t)runs, 0.5);
    bench_row(b, "attach to 64 GiB sparse, first full frame", "30 ms", median <= 30, "%.1f ms",
              median);
    bench_row(b, "  pages made resident by it", "0", blocks == 0, "%lld", blocks / 8);
    bench_row(b, "  memory of ours", "16 MiB", rss < 16 * 1024, "%.1f MiB", (double)rss / 1024);
    close(fd);
    shm_unlink(name);
}
