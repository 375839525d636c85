/* A machine full of shared memory: many segments, many processes that map some of them. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void segment_name(const struct bench_load *l, char *buf, size_t cap, int i)
{
    snprintf(buf, cap, "/load-%d-%d", (int)l->owner, i);
}

/* One of the processes: maps its share, says so, waits to be ended. */
static void map_some(const struct bench_load *l, int number, int ready)
{
    char name[300];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < l->mappings; i++) {
        segment_name(l, name, sizeof name, (number * 7 + i * 11) % l->segments);
        int fd = shm_open(name, O_RDWR, 0);
        if (fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
            _exit(1);
        close(fd);
    }
    if (write(ready, "r", 1) != 1)
        _exit(2);
    for (;;)
        pause();
}

void bench_load_start(struct bench_load *l, int segments, int processes, int mappings)
{
    char name[300], byte;
    int ready[2];
    *l = (struct bench_load){
        .segments = segments, .processes = processes, .mappings = mappings, .owner = getpid()};
    l->pid = calloc((size_t)processes, sizeof *l->pid);
    if (l->pid == NULL || pipe(ready) != 0)
        e2e_fail("load: %s", strerror(errno));
    for (int i = 0; i < segments; i++) {
        segment_name(l, name, sizeof name, i);
        int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
        if (fd < 0 || ftruncate(fd, 4096) != 0)
            e2e_fail("%s: %s", name, strerror(errno));
        close(fd);
    }
    for (int i = 0; i < processes; i++) {
        l->pid[i] = fork();
        if (l->pid[i] == 0)
            map_some(l, i, ready[1]);
    }
    close(ready[1]);
    for (int i = 0; i < processes; i++)
        if (read(ready[0], &byte, 1) != 1)
            e2e_fail("load: a process could not map its share");
    close(ready[0]);
}

void bench_load_stop(struct bench_load *l)
{
    char name[300];
    for (int i = 0; i < l->processes; i++)
        kill(l->pid[i], SIGKILL);
    for (int i = 0; i < l->processes; i++)
        waitpid(l->pid[i], NULL, 0);
    for (int i = 0; i < l->segments; i++) {
        segment_name(l, name, sizeof name, i);
        shm_unlink(name);
    }
    free(l->pid);
    l->pid = NULL;
}
