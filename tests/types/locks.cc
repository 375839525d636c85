// Locks of the C++ library in what it shares. Takes some of them, then prints `ready` and sleeps.
#include <condition_variable>
#include <cstdio>
#include <fcntl.h>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace acme
{
struct Inner {
    int n;
    std::recursive_mutex twice;
};

struct Board {
    long version;
    std::mutex lock;
    std::shared_mutex readers;
    std::condition_variable ready;
    Inner inner[2];
};
} // namespace acme

acme::Board *g_board;

int main(int argc, char **argv)
{
    int fd = shm_open(argv[argc - 1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, 4096) != 0)
        return 1;
    void *at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return 1;
    g_board = new (at) acme::Board();
    g_board->lock.lock();
    g_board->readers.lock_shared();
    g_board->inner[1].twice.lock();
    g_board->inner[1].twice.lock();
    std::puts("ready");
    std::fflush(stdout);
    pause();
}
