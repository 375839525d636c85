/* Has a console, for whoever attaches to it; waits to be ended, and not by Ctrl-C. */
#include <windows.h>

static BOOL WINAPI stay(DWORD event)
{
    (void)event;
    return TRUE;
}

int main(void)
{
    SetConsoleCtrlHandler(stay, TRUE);
    Sleep(INFINITE);
    return 0;
}
