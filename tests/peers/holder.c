/* holder MODE NAME: has a segment that exists, until end of file of its standard input. MODE: `rw`
 * maps it read-write, `r` maps it read-only, `fd` only holds a descriptor, `map` maps it and closes
 * the descriptor. Says `ready`; then each line `store OFFSET BYTE` stores and says `stored`. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: holder rw|r|fd|map NAME\n");
        return 2;
    }
    int reads = strcmp(argv[1], "r") == 0;
    int fd = shm_open(argv[2], reads ? O_RDONLY : O_RDWR, 0);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        perror("shm_open, fstat");
        return 1;
    }
    unsigned char *memory = NULL;
    if (strcmp(argv[1], "fd") != 0) {
        int access = reads ? PROT_READ : PROT_READ | PROT_WRITE;
        memory = mmap(NULL, (size_t)st.st_size, access, MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED) {
            perror("mmap");
            return 1;
        }
    }
    if (strcmp(argv[1], "map") == 0)
        close(fd);
    puts("ready");
    fflush(stdout);
    char line[128];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest = line + 5;
        if (strncmp(line, "store", 5) != 0 || memory == NULL || reads)
            continue;
        unsigned long offset = strtoul(rest, &rest, 0);
        unsigned long value = strtoul(rest, NULL, 0);
        if (offset < (unsigned long)st.st_size)
            memory[offset] = (unsigned char)value;
        puts("stored");
        fflush(stdout);
    }
    return 0;
}
