/* A tree of a million elements: what a key costs in it, and what memory, against one of ten. */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MANY = 1000000, FEW = 10, SLOT = 16, ROW = 10, KEYS_MAX = 400, LINE = 256 };

static long anonymous_kib(pid_t pid)
{
    char path[64], line[LINE];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "RssAnon: %ld kB", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return kib;
}

/* ms until a row in the middle shows something else. The frame before is over: keys that come
 * faster share frames, 60 a second. */
static double turn(struct e2e *t, const char *key)
{
    char before[E2E_ROW_MAX];
    e2e_settle(t, 20, 100);
    snprintf(before, sizeof before, "%s", e2e_row(t, ROW));
    int64_t start = e2e_now(), limit = start + INT64_C(5000000000);
    e2e_keys(t, key);
    while (strcmp(e2e_row(t, ROW), before) == 0 && e2e_now() < limit)
        (void)e2e_pump(t, 20);
    return (double)(e2e_now() - start) / 1e6;
}

/* KiB that the program has after keys in a tree of so many elements, and how long they took. */
static long scroll(const char *name, const char *header, int elements, int keys, double *ms)
{
    char text[64];
    uint32_t count = (uint32_t)elements;
    int fd = shm_open(name, O_RDWR, 0);
    if (fd < 0 || pwrite(fd, &count, sizeof count, 0) != sizeof count)
        e2e_fail("%s cannot be written", name);
    close(fd);
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "--types", header, "--type", "ring@0", name)});
    e2e_wait_text(t, "elements", 0);
    e2e_keys(t, "gslots[0]<Enter>"); /* the array is opened */
    e2e_wait_text(t, "[3]", 0);
    for (int i = 0; i < keys; i++)
        ms[i] = turn(t, i % 2 == 0 ? "<PgDn>" : "<PgUp>");
    snprintf(text, sizeof text, "gslots[%d].stamp<Enter>", elements - 1);
    e2e_keys(t, text);
    snprintf(text, sizeof text, " slots[%d].stamp ", elements - 1);
    e2e_wait_text(t, text, 0);
    e2e_keys(t, "G");
    e2e_settle(t, 200, 2000);
    long kib = anonymous_kib(e2e_pid(t));
    e2e_end(t);
    return kib;
}

void bench_tree(struct bench *b)
{
    static double ms[KEYS_MAX], few_ms[KEYS_MAX];
    char header[LINE];
    int keys = b->smoke ? 10 : KEYS_MAX;
    const char *name = e2e_name("tree");
    snprintf(header, sizeof header, "/tmp%s.h", name);
    FILE *f = fopen(header, "w");
    if (f == NULL ||
        fputs("struct slot { unsigned id, kind; unsigned long long stamp; };\n"
              "struct ring { unsigned long long count; unsigned long long beat; struct slot "
              "slots[]; };\nfor ring.slots: count = count\n",
              f) < 0 ||
        fclose(f) != 0)
        e2e_fail("%s cannot be written", header);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)(MANY + 1) * SLOT) != 0)
        e2e_fail("%s cannot be made", name);
    close(fd);
    long few = scroll(name, header, FEW, 0, few_ms);
    long many = scroll(name, header, MANY, keys, ms);
    double median = bench_part(ms, (size_t)keys, 0.5), p99 = bench_part(ms, (size_t)keys, 0.99);
    bench_row(b, "a page of a tree of 10^6 elements, p99", "16.7 ms", p99 <= 16.7,
              "%.1f ms, median %.1f ms", p99, median);
    bench_row(b, "memory of that, against 10 elements", "1024 KiB", many - few < 1024,
              "%ld KiB (%ld and %ld)", many - few, many, few);
    unlink(header);
    shm_unlink(name);
}
