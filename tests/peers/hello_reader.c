/* hello_reader [NAME]: the classic sample of POSIX shared memory, the side that reads. Opens the
 * segment read-only and prints the string in it; 1 and the reason when it is not there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "/my_shared_memory";
    int fd = shm_open(name, O_RDONLY, 0);
    if (fd < 0) {
        fprintf(stderr, "shm_open: %s%s\n", strerror(errno), errno == ENOENT ? " (ENOENT)" : "");
        return 1;
    }
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size == 0) {
        fprintf(stderr, "nothing in it\n");
        return 1;
    }
    size_t size = (size_t)st.st_size;
    const char *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    printf("%.*s\n", (int)strnlen(memory, size), memory);
    return 0;
}
