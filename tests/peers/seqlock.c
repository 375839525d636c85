/* seqlock NAME SPINS: makes a segment of 4096 bytes and writes a record of RECORD bytes at 64 over
 * and over, under a sequence counter of 4 bytes at 0: odd while it writes. The record's 8-byte
 * words are made from one number, the last one is their sum. It idles SPINS turns between two
 * records; SPINS 0: begins one and never ends it. Says `ready`; ends at end of file of its standard
 * input and removes the segment. */
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { AT = 64, RECORD = 512, WORDS = RECORD / 8, TURNS = 1000 };

static int ended(int timeout)
{
    struct pollfd p = {.fd = 0, .events = POLLIN};
    char c;
    return poll(&p, 1, timeout) > 0 && read(0, &c, 1) <= 0;
}

static void put_record(_Atomic uint64_t *record, uint64_t number)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i + 1 < WORDS; i++) {
        uint64_t word = (number + i) * UINT64_C(0x9e3779b97f4a7c15);
        atomic_store_explicit(&record[i], word, memory_order_relaxed);
        sum += word;
    }
    atomic_store_explicit(&record[WORDS - 1], sum, memory_order_relaxed);
}

static void run(unsigned char *memory, unsigned long spins)
{
    _Atomic uint32_t *counter = (_Atomic uint32_t *)(void *)memory;
    _Atomic uint64_t *record = (_Atomic uint64_t *)(void *)(memory + AT);
    uint64_t number = 0;
    do {
        for (int turn = 0; turn < TURNS; turn++) {
            atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
            atomic_thread_fence(memory_order_release);
            put_record(record, ++number);
            if (spins == 0)
                return;
            atomic_fetch_add_explicit(counter, 1, memory_order_release);
            for (volatile unsigned long i = 0; i < spins; i++) /* which no compiler leaves out */
                continue;
        }
    } while (!ended(0));
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: seqlock NAME SPINS\n");
        return 2;
    }
    int fd = shm_open(argv[1], O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, 4096) != 0) {
        perror("shm_open, ftruncate");
        return 1;
    }
    unsigned char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    unsigned long spins = strtoul(argv[2], NULL, 0);
    if (spins == 0)
        run(memory, spins);
    else
        put_record((_Atomic uint64_t *)(void *)(memory + AT), 0);
    puts("ready");
    fflush(stdout);
    if (spins > 0)
        run(memory, spins);
    while (spins == 0 && !ended(-1))
        continue;
    shm_unlink(argv[1]);
    return 0;
}
