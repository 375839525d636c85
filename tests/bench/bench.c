#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(struct bench *b);
    bool inside; /* measures what is linked into it, and not the program */
} benches[] = {
    {"latency", bench_latency, false}, {"panels", bench_panels, false},
    {"idle", bench_idle, false},       {"quiet", bench_quiet, false},
    {"busy", bench_busy, false},       {"sent", bench_sent, false},
    {"start", bench_start, false},     {"sparse", bench_sparse, false},
    {"peek", bench_peek, false},       {"numbers", bench_numbers, false},
    {"stream", bench_stream, false},   {"list", bench_list, false},
    {"live", bench_live, false},       {"watch", bench_watch, false},
    {"wait", bench_wait, false},       {"find", bench_find, false},
    {"history", bench_history, true},  {"soak", bench_soak, false},
    {"scan", bench_scan, true},        {"map", bench_map, false},
    {"types", bench_types, false},     {"locks", bench_locks, false},
    {"search", bench_search, false},   {"bulk", bench_bulk, false},
    {"tree", bench_tree, false},
};
enum { BENCHES = sizeof benches / sizeof *benches };

static void usage(void)
{
    fputs("usage: bench [--smoke] [--strict] [--compare OLD_PROGRAM] [NAME]...\nnames:", stderr);
    for (size_t i = 0; i < BENCHES; i++)
        fprintf(stderr, " %s", benches[i].name);
    fputs("\n", stderr);
    exit(2);
}

/* `old`: the program to compare with, NULL: none. */
static void run(struct bench *b, size_t i, const char *old)
{
    const char *ours = e2e_shmlens;
    if (old != NULL) {
        bench_compare(true);
        e2e_shmlens = old;
        if (!benches[i].inside)
            benches[i].run(b);
        e2e_shmlens = ours;
        bench_compare(false);
    }
    benches[i].run(b);
    fflush(stdout);
}

static void run_named(struct bench *b, const char *name, const char *old)
{
    for (size_t i = 0; i < BENCHES; i++) {
        bool soak = benches[i].run == bench_soak; /* takes half an hour */
        if (name == NULL ? !soak : strcmp(name, benches[i].name) == 0) {
            run(b, i, old);
            if (name != NULL)
                return;
        }
    }
    if (name != NULL)
        usage();
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    bool strict = false;
    const char *old = NULL;
    int names = 0; /* they are moved to the front of argv */
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--smoke") == 0)
            b.smoke = true;
        else if (strcmp(argv[i], "--strict") == 0)
            strict = true;
        else if (strcmp(argv[i], "--compare") == 0 && i + 1 < argc)
            old = argv[++i];
        else if (argv[i][0] == '-')
            usage();
        else
            argv[names++] = argv[i];
    if (old != NULL)
        printf("%-46s %-34s ", "what", "old");
    else
        printf("%-46s ", "what");
    printf("%-34s %-24s %s\n", old != NULL ? "new" : "measured", "goal", "met");
    for (int i = 0; i < names; i++)
        run_named(&b, argv[i], old);
    if (names == 0)
        run_named(&b, NULL, old);
    printf("%d goals met, %d not%s\n", b.met, b.unmet,
           b.smoke ? " (a smoke run: too short to judge by)" : "");
    return strict && b.unmet > 0 ? 1 : 0;
}
