/* Writes as many lines to stderr as its argument says, whether somebody reads them or not, and ends
 * with status 3. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    long lines = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    for (long i = 1; i <= lines; i++)
        fprintf(stderr, "line %ld\n", i);
    return 3;
}
