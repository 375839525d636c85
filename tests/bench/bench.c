#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(struct bench *b);
} benches[] = {
    {"latency", bench_latency}, {"idle", bench_idle}, {"busy", bench_busy},
    {"sparse", bench_sparse},   {"peek", bench_peek}, {"stream", bench_stream},
    {"list", bench_list},       {"live", bench_live}, {"watch", bench_watch},
    {"wait", bench_wait},       {"find", bench_find}, {"history", bench_history},
    {"soak", bench_soak},       {"scan", bench_scan}, {"map", bench_map},
};

static void usage(void)
{
    fputs("usage: bench [--smoke] [--strict] [NAME]...\nnames:", stderr);
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
        fprintf(stderr, " %s", benches[i].name);
    fputs("\n", stderr);
    exit(2);
}

static void run_named(struct bench *b, const char *name)
{
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++) {
        bool soak = benches[i].run == bench_soak; /* takes half an hour */
        if (name == NULL ? !soak : strcmp(name, benches[i].name) == 0) {
            benches[i].run(b);
            fflush(stdout);
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
    bool strict = false, named = false;
    printf("%-46s %-34s %-24s %s\n", "what", "measured", "goal", "met");
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--smoke") == 0)
            b.smoke = true;
        else if (strcmp(argv[i], "--strict") == 0)
            strict = true;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            continue;
        named = true;
        run_named(&b, argv[i]);
    }
    if (!named)
        run_named(&b, NULL);
    printf("%d goals met, %d not%s\n", b.met, b.unmet,
           b.smoke ? " (a smoke run: too short to judge by)" : "");
    return strict && b.unmet > 0 ? 1 : 0;
}
