/* A program whose only traces of what it shares are typed pointers: a global, a static, one in an
 * object on the heap. Prints `ready`, and waits to be killed. -DOTHER: an older version of the
 * same struct, of the same size. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum ring_state { RING_NEW = 1, RING_READY };

struct node {
    struct node *next;
    uint32_t id;
    char name[20];
};

struct ring_header {
    char magic[8];
    uint32_t version;
#ifdef OTHER
    uint16_t extra;
    uint16_t state;
#else
    enum ring_state state;
#endif
    uint64_t head, tail;
    struct node *first;
    double ratio;
};

struct app {
    int number;
    struct {
        struct node *tail;
        void *raw;
    } shm;
    struct app *self;
};

struct ring_header *g_ring;
static struct node *s_pool __attribute__((used));
struct app *g_app;
int numbers[100000]; /* never touched */

int main(int argc, char **argv)
{
    enum { SIZE = 4 << 20 };
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, SIZE) != 0)
        return 1;
    char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return 1;
    g_ring = (struct ring_header *)(void *)at;
    memcpy(g_ring->magic, "RINGv2", 7);
    g_ring->version = 2;
    g_ring->state = 2;
    g_ring->ratio = 0.25;
    g_ring->first = s_pool = (struct node *)(void *)(at + 0x200000);
    s_pool->next = s_pool + 1;
    s_pool->id = 7;
    memcpy(s_pool->name, "seven", 6);
    g_app = calloc(1, sizeof *g_app);
    g_app->shm.tail = s_pool + 1;
    g_app->shm.raw = at + 0x300000;
    g_app->self = g_app;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
