/* A program that keeps what it shares in a local variable alone, where no debug information leads
 * to it without looking into a running function. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct leads_board {
    unsigned version, beat;
    double value[512];
};

struct shape {
    double corner[513];
};

int main(int argc, char **argv)
{
    struct shape unused = {{0}};
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct leads_board)) != 0)
        return 1;
    struct leads_board *board =
        mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (board == MAP_FAILED)
        return 1;
    board->value[0] = unused.corner[0];
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
