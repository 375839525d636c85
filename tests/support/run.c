#include "support/run.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/remover.h"

enum { WORDS = 1024, NAMES = 16, LINE = 65536, PATIENCE_MS = 10000, NOBODY = 65534 };

static struct ran last;
static char folder[64];

static void free_last(void)
{
    free(last.out);
    free(last.err);
    last = (struct ran){.status = 127};
}

static void child(const char *const *words, int in, int out, int err, bool nobody)
{
    const char *argv[WORDS] = {"shmlens"};
    size_t n = 1;
    while (n + 1 < WORDS && words[n - 1] != NULL) {
        argv[n] = words[n - 1];
        n++;
    }
    argv[n] = NULL;
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(127);
    if (nobody && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(127);
    setenv("ASAN_OPTIONS", "handle_sigbus=0", 0);
    signal(SIGPIPE, SIG_DFL);
    execv(SHMLENS_BINARY, (char *const *)(void *)argv);
    _exit(127);
}

static struct job start(const char *const *words, int in, bool nobody)
{
    int out[2];
    int err[2];
    struct job j = {.pid = -1};
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(err, O_CLOEXEC), 0);
    /* the handlers of the test runner must not run in the child: it would end the whole group */
    sigset_t stops;
    sigset_t before;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigprocmask(SIG_BLOCK, &stops, &before);
    j.pid = fork();
    if (j.pid != 0)
        sigprocmask(SIG_SETMASK, &before, NULL);
    ck_assert_int_ge(j.pid, 0);
    if (j.pid == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        child(words, in, out[1], err[1], nobody);
    }
    close(out[1]);
    close(err[1]);
    j.out = out[0];
    j.err = err[0];
    return j;
}

struct job run_start(const char *const *words)
{
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct job j = start(words, in, false);
    close(in);
    return j;
}

/* Appends what there is; false: the end. */
static bool take(int fd, char **text, size_t *size)
{
    char piece[4096];
    ssize_t n = read(fd, piece, sizeof piece);
    if (n <= 0)
        return n < 0 && errno == EINTR;
    *text = realloc(*text, *size + (size_t)n + 1);
    ck_assert_ptr_nonnull(*text);
    memcpy(*text + *size, piece, (size_t)n);
    *size += (size_t)n;
    (*text)[*size] = '\0';
    return true;
}

const struct ran *job_wait(struct job *j)
{
    size_t err_size = 0;
    int status = 0;
    free_last();
    last.out = calloc(1, 1);
    last.err = calloc(1, 1);
    struct pollfd fds[2] = {{.fd = j->out, .events = POLLIN}, {.fd = j->err, .events = POLLIN}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents != 0 && !take(j->out, &last.out, &last.out_size))
            fds[0].fd = -1;
        if (fds[1].revents != 0 && !take(j->err, &last.err, &err_size))
            fds[1].fd = -1;
    }
    close(j->out);
    close(j->err);
    while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR) {
    }
    last.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return &last;
}

const char *job_line(struct job *j)
{
    static char line[LINE];
    size_t n = 0;
    struct pollfd fd = {.fd = j->out, .events = POLLIN};
    while (n + 1 < sizeof line && poll(&fd, 1, PATIENCE_MS) > 0 && read(j->out, line + n, 1) == 1) {
        if (line[n] == '\n') {
            line[n] = '\0';
            return line;
        }
        n++;
    }
    return NULL;
}

bool job_has_line(const struct job *j, int ms)
{
    struct pollfd fd = {.fd = j->out, .events = POLLIN};
    return poll(&fd, 1, ms) > 0;
}

void job_await_change(struct job *j, unsigned char *byte)
{
    for (int i = 0; i < 1000 && !job_has_line(j, 10); i++)
        ++*byte;
    do {
        const char *line = job_line(j);
        ck_assert_ptr_nonnull(line);
    } while (job_has_line(j, 50));
}

const struct ran *run_words(const char *const *words, const char *input, bool nobody)
{
    if (nobody && geteuid() != 0) {
        printf("skip: nobody: only root can become another user\n");
        return NULL;
    }
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input != NULL) { /* small enough for the pipe to hold it all */
        int fds[2];
        ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
        ck_assert_int_eq(write(fds[1], input, strlen(input)), (ssize_t)strlen(input));
        close(fds[1]);
        close(in);
        in = fds[0];
    }
    struct job j = start(words, in, nobody);
    close(in);
    const struct ran *r = job_wait(&j);
    if (nobody && r->status == 127) {
        printf("skip: nobody: another user cannot run the program where it lies\n");
        return NULL;
    }
    return r;
}

/* The words of a run, for messages. */
static const char *line_of(const char *const *words)
{
    static char line[1024];
    size_t n = 0;
    for (line[0] = '\0'; *words != NULL && n < sizeof line; words++)
        n += (size_t)snprintf(line + n, sizeof line - n, " %s", *words);
    return line;
}

const struct ran *run_fails(const char *why, const char *const *words)
{
    const struct ran *r = run_words(words, NULL, false);
    ck_assert_msg(r->status == 2 && strstr(r->err, why) != NULL,
                  "shmlens%s: status %d, not 2, or no `%s` in: %s", line_of(words), r->status, why,
                  r->err);
    return r;
}

const struct ran *run_prints(int status, const char *out, const char *const *words)
{
    const struct ran *r = run_words(words, NULL, false);
    ck_assert_msg(r->status == status && strcmp(r->out, out) == 0,
                  "shmlens%s: status %d, not %d, or stdout not `%s`: `%s`; stderr: %s",
                  line_of(words), r->status, status, out, r->out, r->err);
    return r;
}

const char *run_name(const char *name)
{
    static char names[NAMES][512];
    static int next;
    char *text = names[next++ % NAMES];
    (void)snprintf(text, sizeof names[0], "/shmlens-test-%d-%s", (int)getpid(), name);
    remover_segment(text);
    return text;
}

const char *run_path(const char *name)
{
    static char paths[NAMES][512];
    static int next;
    char *text = paths[next++ % NAMES];
    if (folder[0] == '\0') {
        (void)snprintf(folder, sizeof folder, "/tmp/shmlens-test-%d", (int)getpid());
        ck_assert_int_eq(mkdir(folder, 0700), 0);
        remover_path(folder);
    }
    (void)snprintf(text, sizeof paths[0], "%s/%s", folder, name);
    return text;
}

/* Removes what begins with `prefix` in a folder. */
static void sweep(const char *where, const char *prefix)
{
    DIR *d = opendir(where);
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL)
        if (strncmp(e->d_name, prefix, strlen(prefix)) == 0 && e->d_name[0] != '.')
            (void)unlinkat(dirfd(d), e->d_name, 0);
    if (d != NULL)
        closedir(d);
}

bool run_demo(void)
{
    if (RUN("wait", "/shmlens-demo", "--gone", "--timeout", "5s")->status != 0)
        return false;
    remover_segment("/shmlens-demo");
    return true;
}

void run_end(void)
{
    char prefix[64];
    free_last();
    (void)snprintf(prefix, sizeof prefix, "shmlens-test-%d-", (int)getpid());
    sweep("/dev/shm", prefix);
    if (folder[0] != '\0') {
        (void)remover_tree(folder);
        folder[0] = '\0';
    }
}

const unsigned char *run_bytes(const char *name, size_t *n)
{
    static unsigned char bytes[65536];
    int fd = shm_open(name, O_RDONLY, 0);
    ssize_t got = fd < 0 ? -1 : pread(fd, bytes, sizeof bytes, 0);
    if (fd >= 0)
        close(fd);
    if (n != NULL)
        *n = got < 0 ? 0 : (size_t)got;
    return got < 0 ? NULL : bytes;
}

void run_make(const char *name, const void *bytes, size_t n, size_t size)
{
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
    ck_assert_int_eq(pwrite(fd, bytes, n, 0), (ssize_t)n);
    close(fd);
}

unsigned char *run_map(const char *name, size_t size)
{
    run_make(name, "", 0, size);
    int fd = shm_open(name, O_RDWR, 0);
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    ck_assert_ptr_ne(p, MAP_FAILED);
    return p;
}

json_t *run_json(const struct ran *r)
{
    json_error_t e;
    json_t *value = json_loadb(r->out, r->out_size, 0, &e);
    ck_assert_msg(value != NULL, "no JSON: %s: %s", e.text, r->out);
    return value;
}

json_int_t told_number(const json_t *o, const char *name)
{
    return json_integer_value(json_object_get(o, name));
}

json_t *told_row(const char *kinds, const char *field, const char *text, json_t **all)
{
    json_t *found = NULL;
    json_t *row = NULL;
    size_t i = 0;
    *all = run_json(RUN("ls", "--json", "--kind", kinds));
    json_array_foreach(json_object_get(*all, "segments"), i, row)
    {
        const char *is = json_string_value(json_object_get(row, field));
        found = is != NULL && strcmp(is, text) == 0 ? row : found;
    }
    return found;
}

const char *told_access(const json_t *info, pid_t pid, json_t **row)
{
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(info, "mappers"), i, one)
    {
        if (told_number(one, "pid") == pid) {
            *row = one;
            return json_string_value(json_object_get(one, "access"));
        }
    }
    return "";
}
