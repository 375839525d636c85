/* A program with a struct of everything in shared memory: what the tests read from its debug
 * information. It prints where its compiler put what, then waits to be killed. */
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum ring_state { RING_NEW, RING_BROKEN = -1, RING_READY = 2 };
enum ring_flag { URGENT = 1, LAST = 2, BIG = 128 };

typedef struct node {
    struct node *next;
    uint32_t id;
    char name[20];
} node;

typedef struct {
    uint16_t kind;
    uint16_t prio : 5, pos : 11;
    int low : 3;
    unsigned : 4;
    int high : 9;
    _Bool ok : 1;
    unsigned rest : 7;
} message;

struct ring_header {
    char magic[8];
    uint32_t version;
    enum ring_state state;
    pthread_mutex_t lock;
    union {
        double ratio;
        struct {
            int32_t a, b;
        };
    };
    struct {
        uint64_t head, tail;
    } cur;
    _Atomic uint64_t beat;
    volatile _Bool closing;
    enum ring_flag flags;
    int8_t small;
    unsigned char key[6];
    float matrix[2][3];
    void (*callback)(int);
    int32_t (*row)[4];
    const char *const text;
    long double wide;
    _Alignas(64) __int128 big;
    node *first;
    struct ring_header *self;
    node pool[2];
    message slots[];
};

struct ring_header *g_ring;
static node *s_pool __attribute__((used));

#define PLACE(field)                                                      \
    printf("0x%zx %s %zu\n", offsetof(struct ring_header, field), #field, \
           sizeof(((struct ring_header *)0)->field))

int main(int argc, char **argv)
{
    enum { SIZE = 64 * 1024 };
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, SIZE) != 0)
        return 1;
    g_ring = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (g_ring == MAP_FAILED)
        return 1;
    g_ring->version = 7;
    g_ring->state = RING_READY;
    g_ring->beat = 77123;
    g_ring->self = g_ring;
    g_ring->first = s_pool = g_ring->pool;
    g_ring->pool[0].next = &g_ring->pool[1];
    g_ring->pool[1].id = 42;
    g_ring->slots[1].prio = 9;
    g_ring->slots[1].low = -2;
    g_ring->slots[1].high = -200;
    g_ring->slots[1].rest = 77;
    PLACE(magic);
    PLACE(version);
    PLACE(state);
    PLACE(lock);
    PLACE(ratio);
    PLACE(cur);
    PLACE(beat);
    PLACE(closing);
    PLACE(flags);
    PLACE(small);
    PLACE(key);
    PLACE(matrix);
    PLACE(wide);
    PLACE(big);
    PLACE(first);
    PLACE(self);
    PLACE(pool);
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
