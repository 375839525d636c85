/* Has a console, for whoever attaches to it; waits to be ended. */
#include <windows.h>

int main(void)
{
    Sleep(INFINITE);
    return 0;
}
