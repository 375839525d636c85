// The same for C++: bases, templates, namespaces, wrappers.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

struct Empty {
};

struct Id {
    std::uint64_t value;
};

struct Base {
    std::uint64_t wide;
    std::uint8_t narrow; // 7 bytes of padding, which a derived class may use
    Base() : wide(1), narrow(2) {}
};

template <typename T, unsigned long N> struct Queue {
    std::atomic<std::uint32_t> head;
    T slots[N];
};

namespace acme {
struct Sample {
    float x, y;
};

namespace ipc {
enum class Mode : std::uint8_t { idle, busy = 3 };

struct Header : Base, Empty {
    std::uint8_t reused;
    std::atomic<bool> stop;
    Mode mode;
    Id id;
    std::array<std::int16_t, 3> triple;
    static int counter;
};
int Header::counter;

struct Shape {
    int sides;
    virtual ~Shape() {}
    Shape() : sides(3) {}
};
} // namespace ipc
} // namespace acme

namespace other {
struct Shape {
    int corners;
};
} // namespace other

using acme::ipc::Header;

struct All {
    Header header;
    Queue<acme::Sample, 4> queue;
    acme::ipc::Shape shape;
    other::Shape flat;
};

All *g_all;

int main(int argc, char **argv)
{
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, 8192) != 0)
        return 1;
    void *at = mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return 1;
    g_all = new (at) All;
    g_all->header.reused = 9;
    g_all->header.stop = false;
    g_all->header.mode = acme::ipc::Mode::busy;
    g_all->header.id.value = 55;
    g_all->header.triple[1] = -7;
    g_all->queue.head = 3;
    g_all->queue.slots[1].x = 0.5f;
    std::printf("ready\n");
    std::fflush(stdout);
    pause();
    return 0;
}
