#include "harness_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/remover.h"

enum { OUTPUT_MAX = 64 << 20, LINE_MAX_ = 4096 };

static void make_pipe(int fd[2])
{
    if (pipe(fd) != 0)
        e2e_fail("pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++)
        fcntl(fd[i], F_SETFD, FD_CLOEXEC);
}

/* Runs argv in a child with these descriptors as 0, 1, 2. */
static pid_t start(const struct e2e_command *c, const int fd[3], const char *home)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        e2e_fail("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    signal(SIGPIPE, SIG_DFL);
    for (int i = 0; i < 3; i++)
        dup2(fd[i], i);
    e2e_environment(NULL, c->locale, home, c->env);
    e2e_become(c->uid);
    execv(c->argv[0], (char *const *)(uintptr_t)c->argv);
    dprintf(2, "cannot run %s: %s\n", c->argv[0], strerror(errno));
    _exit(127);
}

/* One stream being collected. */
struct stream {
    int fd;
    char *text;
    size_t size, capacity;
};

/* Takes what is there; false: it is at its end. */
static bool collect(struct stream *s)
{
    if (s->size + 65536 + 1 > s->capacity) {
        s->capacity = s->capacity * 2 + 131072;
        s->text = s->capacity > OUTPUT_MAX ? NULL : realloc(s->text, s->capacity);
        if (s->text == NULL)
            e2e_fail("more output than a test may make");
    }
    ssize_t n = read(s->fd, s->text + s->size, 65536);
    if (n < 0 && errno == EINTR)
        return true;
    if (n > 0)
        s->size += (size_t)n;
    s->text[s->size] = '\0';
    return n > 0;
}

/* Feeds the input and collects both outputs until they end; false: not in time. */
static bool talk(struct stream out[2], int in, const char *input, int64_t deadline)
{
    size_t left = input == NULL ? 0 : strlen(input);
    struct pollfd p[3] = {{.fd = out[0].fd, .events = POLLIN},
                          {.fd = out[1].fd, .events = POLLIN},
                          {.fd = in, .events = POLLOUT}};
    while (p[0].fd >= 0 || p[1].fd >= 0) {
        if (left == 0 && p[2].fd >= 0) {
            close(p[2].fd);
            p[2].fd = -1;
        }
        int ms = e2e_left_ms(deadline);
        if (ms == 0)
            return false;
        if (poll(p, 3, ms) < 0 && errno != EINTR)
            e2e_fail("poll: %s", strerror(errno));
        for (int i = 0; i < 2; i++)
            if (p[i].revents != 0 && !collect(&out[i]))
                p[i].fd = -1;
        if (p[2].fd >= 0 && p[2].revents != 0) {
            ssize_t n = write(p[2].fd, input, left);
            left = n < 0 ? 0 : left - (size_t)n;
            input += n < 0 ? 0 : n;
        }
    }
    if (p[2].fd >= 0)
        close(p[2].fd);
    return true;
}

struct e2e_result e2e_command(const struct e2e_command *c)
{
    int in[2], out[2], err[2], status = 0;
    char home[256];
    make_pipe(in);
    make_pipe(out);
    make_pipe(err);
    signal(SIGPIPE, SIG_IGN);
    e2e_make_home(home, sizeof home);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t pid = start(c, (int[]){c->input != NULL ? in[0] : null, out[1], err[1]}, home);
    close(null);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    struct stream streams[2] = {{.fd = out[0]}, {.fd = err[0]}};
    bool done = talk(streams, in[1], c->input, e2e_deadline(c->timeout_ms));
    if (!done)
        kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(out[0]);
    close(err[0]);
    (void)remover_tree(home);
    if (!done)
        e2e_fail("%s %s did not end", c->argv[0], c->argv[1] != NULL ? c->argv[1] : "");
    return (struct e2e_result){.out = streams[0].text,
                               .out_size = streams[0].size,
                               .err = streams[1].text,
                               .err_size = streams[1].size,
                               .status = e2e_status(status)};
}

void e2e_result_free(struct e2e_result *r)
{
    free(r->out);
    free(r->err);
    *r = (struct e2e_result){0};
}

/* ---- peers ---- */

struct e2e_peer {
    pid_t pid;
    int in, out;
    char buf[LINE_MAX_]; /* read and not yet handed out */
    size_t used;
    char line[LINE_MAX_];
    char name[64];
};

struct e2e_peer *e2e_background(const char *const *argv)
{
    struct e2e_peer *p = calloc(1, sizeof *p);
    int in[2], out[2];
    if (p == NULL)
        e2e_fail("out of memory");
    const char *base = strrchr(argv[0], '/');
    snprintf(p->name, sizeof p->name, "%s", base != NULL ? base + 1 : argv[0]);
    make_pipe(in);
    make_pipe(out);
    signal(SIGPIPE, SIG_IGN);
    p->pid = start(&(struct e2e_command){.argv = argv}, (int[]){in[0], out[1], 2}, "/nonexistent");
    close(in[0]);
    close(out[1]);
    p->in = in[1];
    p->out = out[0];
    return p;
}

struct e2e_peer *e2e_peer_start(const char *name, const char *const *args)
{
    const char *argv[E2E_ARGS_MAX + 2] = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/peer_%s", e2e_peers, name);
    argv[0] = path;
    for (size_t i = 0; i < E2E_ARGS_MAX && args[i] != NULL; i++)
        argv[i + 1] = args[i];
    struct e2e_peer *p = e2e_background(argv);
    const char *line = e2e_peer_line(p, 0);
    if (line == NULL || strcmp(line, "ready") != 0)
        e2e_fail("peer %s is not ready", name);
    return p;
}

void e2e_peer_send(struct e2e_peer *p, const char *line)
{
    if (dprintf(p->in, "%s\n", line) < 0)
        e2e_fail("peer %s reads nothing: %s", p->name, strerror(errno));
}

/* Hands out a whole line of what was read; NULL: there is none yet. */
static const char *take_line(struct e2e_peer *p)
{
    char *end = memchr(p->buf, '\n', p->used);
    if (end == NULL)
        return NULL;
    size_t n = (size_t)(end - p->buf);
    memcpy(p->line, p->buf, n);
    p->line[n] = '\0';
    p->used -= n + 1;
    memmove(p->buf, end + 1, p->used);
    return p->line;
}

const char *e2e_peer_line(struct e2e_peer *p, int timeout_ms)
{
    int64_t deadline = e2e_deadline(timeout_ms);
    for (;;) {
        const char *line = take_line(p);
        if (line != NULL)
            return line;
        struct pollfd f = {.fd = p->out, .events = POLLIN};
        int ms = e2e_left_ms(deadline);
        if (ms == 0 || p->used == sizeof p->buf)
            e2e_fail("peer %s says nothing", p->name);
        if (poll(&f, 1, ms) <= 0)
            continue;
        ssize_t n = read(p->out, p->buf + p->used, sizeof p->buf - p->used);
        if (n <= 0)
            return NULL;
        p->used += (size_t)n;
    }
}

pid_t e2e_peer_pid(const struct e2e_peer *p)
{
    return p->pid;
}

int e2e_peer_fd(const struct e2e_peer *p)
{
    return p->out;
}

int e2e_peer_end(struct e2e_peer *p)
{
    int status = 0;
    if (p == NULL)
        return 0;
    close(p->in);
    int64_t deadline = e2e_deadline(0);
    char rest[LINE_MAX_];
    struct pollfd f = {.fd = p->out, .events = POLLIN};
    while (poll(&f, 1, e2e_left_ms(deadline)) > 0 && read(p->out, rest, sizeof rest) > 0) {
    }
    if (e2e_left_ms(deadline) == 0)
        kill(p->pid, SIGKILL);
    waitpid(p->pid, &status, 0);
    close(p->out);
    free(p);
    return e2e_status(status);
}
