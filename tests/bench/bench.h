/* The benchmarks: each prints what it measured, the goal, and whether it was met. Peers (xxd, cat,
 * grep, watch) are measured in the same run, so that only ratios matter. */
#ifndef SHMLENS_TESTS_BENCH_BENCH_H
#define SHMLENS_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness.h"

struct bench {
    bool smoke;     /* a short run: that it works, not how fast it is */
    int met, unmet; /* goals */
};

/* Compares with another program: what is measured from now on (`of_old`) is of that one and is only
 * remembered; after that, each row shows it beside the new. */
void bench_compare(bool of_old);

/* One row of the table. `good`: the goal was met. */
#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
void bench_row(struct bench *b, const char *what, const char *goal, bool good, const char *format,
               ...);

/* A row without a goal: what another program does. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void bench_note(const char *what, const char *format, ...);

/* Is there a program of this name? */
bool bench_have(const char *name);

/* The p-th part (0..1) of n values; sorts them. 0 where n is 0. */
double bench_part(double *values, size_t n, double p);

/* ns of processor time that a process and its threads took; `children`: those it waited for too. */
int64_t bench_cpu(pid_t pid, bool children);

/* Makes a segment of `size` bytes that look random (no line of a dump repeats), with `needle` (may
 * be NULL) in its last page. Name for shm_unlink. */
const char *bench_segment(uint64_t size, const char *needle);

/* Stores a word into each page of [from, to) of a segment, so that they are resident. */
void bench_touch(const char *name, uint64_t from, uint64_t to);

/* Latencies in ms of `stores` stores (at most STORES_MAX) into a segment of `size` resident bytes,
 * at random moments `gap` to 3 * `gap` ms apart, as this program shows them; how many were seen. */
enum { STORES_MAX = 1000 };
size_t bench_stores(const char *const *argv, const char *name, uint64_t size, int stores, int gap,
                    double *ms);
struct e2e_options;
/* The same on another screen, after these keys. */
size_t bench_stores_on(const struct e2e_options *screen, const char *keys, const char *name,
                       uint64_t size, int stores, int gap, double *ms);

/* Runs argv with /dev/null as output: the shortest of `times` runs in seconds. Ends the program
 * when it fails. */
double bench_run(const char *const *argv, int times);

/* One such run: seconds, and seconds of a processor. */
struct bench_time {
    double wall, cpu;
};
struct bench_time bench_once(const char *const *argv);

/* Many segments of a page, and processes that map some of them each, until it is stopped. */
struct bench_load {
    int segments, processes, mappings; /* mappings: of each process */
    pid_t owner;                       /* in the names: `/load-OWNER-NUMBER` */
    pid_t *pid;
};
void bench_load_start(struct bench_load *l, int segments, int processes, int mappings);
void bench_load_stop(struct bench_load *l);

void bench_latency(struct bench *b);
void bench_panels(struct bench *b);
void bench_numbers(struct bench *b);
void bench_start(struct bench *b);
void bench_sent(struct bench *b);
void bench_quiet(struct bench *b);
void bench_idle(struct bench *b);
void bench_busy(struct bench *b);
void bench_sparse(struct bench *b);
void bench_peek(struct bench *b);
void bench_stream(struct bench *b);
void bench_list(struct bench *b);
void bench_live(struct bench *b);
void bench_watch(struct bench *b);
void bench_wait(struct bench *b);
void bench_find(struct bench *b);
void bench_soak(struct bench *b); /* only when it is named */
void bench_history(struct bench *b);

void bench_scan(struct bench *b);
void bench_map(struct bench *b);
void bench_types(struct bench *b);
void bench_locks(struct bench *b);
void bench_tree(struct bench *b);

void bench_search(struct bench *b);
void bench_bulk(struct bench *b);

/* Two commands in turns, `rounds` of each (at most 32): the shortest run of each in seconds, the
 * least time of a processor, which other programs on the machine disturb less, and the medians of
 * both. */
struct bench_pair {
    double ours, theirs, ours_cpu, theirs_cpu;
    struct {
        double ours, theirs, ours_cpu, theirs_cpu;
    } median;
};
struct bench_pair bench_turns(const char *const *ours, const char *const *theirs, int rounds);

/* From now on this process and its children run on so many processors (0: on all). False: there
 * are not so many. */
bool bench_processors(int n);

/* Reads memory that is mapped, with so many threads (at most 16): GB/s. Nobody who looks at every
 * byte is faster on this machine. */
double bench_reading(const void *memory, uint64_t size, size_t threads);

/* Bytes for a segment: `want`, or less where memory is short. */
uint64_t bench_room(uint64_t want);

/* Bytes of memory that nobody uses. */
uint64_t bench_memory(void);

#endif
