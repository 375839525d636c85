/* Runs a fuzzer's entry very often, without what libFuzzer needs to learn from a run: ten times as
 * many inputs in the same time. They are changed inputs of its corpus.
 *
 *     many_NAME RUNS SEED FOLDER...
 *
 * A line on stdout every million runs says how many, how fast, and how large the process is. It
 * ends at the first fault: a crash, a broken promise, an input that takes ten seconds, or growth.
 * The input is then in a file `fault-NAME-SEED`. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

enum { SEEDS = 1 << 15, INPUT_MAX = 4096, LINE_EVERY = 1000000, WARM = 100000 };
enum { SLOW_S = 10, GROWTH_KIB = 64 << 10, CHANGES_MOST = 8, TOKEN_MOST = 24 };

static struct {
    uint8_t *at;
    size_t n;
} seeds[SEEDS];
static size_t seeds_count;

static uint8_t input[INPUT_MAX];
static size_t input_n;
static volatile unsigned long done;
static char fault[256];
static time_t started;
static uint64_t state;

static uint64_t random_word(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t below(size_t n)
{
    return (size_t)((random_word() >> 16) % n);
}

/* ---- the end ---- */

static void keep_input(int sig)
{
    int fd = open(fault, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (fd >= 0 && write(fd, input, input_n) >= 0)
        (void)close(fd);
    (void)signal(sig, SIG_DFL);
    (void)raise(sig);
}

/* Once a tick: a run that has not ended since the last one but SLOW_S is late. */
static void tick(int sig)
{
    static unsigned long last;
    static int same;
    (void)sig;
    same = done == last ? same + 1 : 0;
    last = done;
    if (same >= SLOW_S)
        abort();
}

static void watch(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    const struct itimerval each = {{1, 0}, {1, 0}};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        (void)signal(faults[i], keep_input);
    (void)signal(SIGALRM, tick);
    (void)setitimer(ITIMER_REAL, &each, NULL);
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f != NULL)
        (void)fclose(f);
    return pages * 4;
}

/* ---- inputs ---- */

static void read_seed(const char *folder, const char *name)
{
    char path[4096];
    uint8_t buffer[INPUT_MAX];
    if (name[0] == '.' || seeds_count == SEEDS)
        return;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    size_t n = f == NULL ? 0 : fread(buffer, 1, sizeof buffer, f);
    if (f != NULL)
        (void)fclose(f);
    uint8_t *copy = malloc(n + 1);
    HOLDS(copy != NULL);
    memcpy(copy, buffer, n);
    seeds[seeds_count].at = copy;
    seeds[seeds_count++].n = n;
}

static void read_folder(const char *folder)
{
    DIR *d = opendir(folder);
    HOLDS(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        read_seed(folder, e->d_name);
    (void)closedir(d);
}

static void insert(const uint8_t *from, size_t n)
{
    size_t at = below(input_n + 1);
    if (n > INPUT_MAX - input_n)
        n = INPUT_MAX - input_n;
    memmove(input + at + n, input + at, input_n - at);
    memcpy(input + at, from, n);
    input_n += n;
}

static void cut(void)
{
    size_t at = below(input_n), n = 1 + below(TOKEN_MOST);
    if (n > input_n - at)
        n = input_n - at;
    memmove(input + at, input + at + n, input_n - at - n);
    input_n -= n;
}

static void overwrite(const uint8_t *from, size_t n)
{
    size_t at = below(input_n);
    memcpy(input + at, from, n < input_n - at ? n : input_n - at);
}

static void change(void)
{
    static const uint8_t usual[] = {0, 1, 2, 0x7f, 0x80, 0xff, '0', '9', '-', '(', '{', '\n'};
    uint8_t token[TOKEN_MOST], byte = (uint8_t)random_word();
    size_t from = below(seeds_count), n = seeds[from].n, at = n == 0 ? 0 : below(n);
    n = n - at < TOKEN_MOST ? n - at : 1 + below(TOKEN_MOST);
    memcpy(token, seeds[from].at + at, n);
    switch (below(7)) {
    case 0:
        insert(&byte, 1);
        break;
    case 1:
        insert(token, n);
        break;
    case 2:
        overwrite(token, n);
        break;
    case 3:
        cut();
        break;
    case 4:
        input[below(input_n)] ^= (uint8_t)(1U << below(8));
        break;
    case 5:
        input[below(input_n)] = usual[below(sizeof usual)];
        break;
    default:
        input[below(input_n)] = byte;
    }
}

static void make_input(void)
{
    size_t from = below(seeds_count), changes = 1 + below(CHANGES_MOST);
    input_n = seeds[from].n;
    memcpy(input, seeds[from].at, input_n);
    for (size_t i = 0; i < changes && input_n > 0; i++)
        change();
}

static void say(const char *name, long warm)
{
    long now = resident_kib();
    printf("%s: %lu runs, %.0f a second, %ld KiB resident\n", name, done,
           (double)done / (double)(time(NULL) - started + 1), now);
    (void)fflush(stdout);
    HOLDS(warm == 0 || now - warm < GROWTH_KIB);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        (void)fprintf(stderr, "usage: %s RUNS SEED FOLDER...\n", argv[0]);
        return 2;
    }
    const char *slash = strrchr(argv[0], '/'), *name = slash != NULL ? slash + 1 : argv[0];
    unsigned long runs = strtoul(argv[1], NULL, 10);
    long warm = 0;
    state = strtoull(argv[2], NULL, 10) * 2654435761U + 88172645463325252U;
    (void)snprintf(fault, sizeof fault, "fault-%s-%s", name, argv[2]);
    for (int i = 3; i < argc; i++)
        read_folder(argv[i]);
    HOLDS(seeds_count > 0);
    watch();
    started = time(NULL);
    for (done = 0; done < runs;) {
        make_input();
        (void)LLVMFuzzerTestOneInput(input, input_n);
        done++;
        if (done == WARM)
            warm = resident_kib();
        if (done % LINE_EVERY == 0)
            say(name, warm);
    }
    say(name, warm);
    return 0;
}
