/* hello_writer [NAME]: the classic sample of POSIX shared memory, the side that writes. Makes the
 * segment, stores its greeting, says `ready`, then stores every line it reads; ends at end of file
 * and leaves the segment behind. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 4096 };

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "/my_shared_memory";
    int fd = shm_open(name, O_CREAT | O_RDWR, 0666);
    if (fd < 0) {
        perror("shm_open");
        return 1;
    }
    if (ftruncate(fd, SIZE) != 0) {
        perror("ftruncate");
        return 1;
    }
    char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    snprintf(memory, SIZE, "Hello from process!");
    puts("ready");
    fflush(stdout);

    char line[SIZE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        memcpy(memory, line, strlen(line) + 1);
        puts("stored");
        fflush(stdout);
    }
    munmap(memory, SIZE);
    close(fd);
    return 0;
}
