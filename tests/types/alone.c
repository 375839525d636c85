/* A program with one typed pointer to what it shares. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct board {
    unsigned version, beat;
    double value[4];
};

static struct board *board __attribute__((used));

int main(int argc, char **argv)
{
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, 4096) != 0)
        return 1;
    board = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (board == MAP_FAILED)
        return 1;
    board->version = 5;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
