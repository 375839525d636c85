/* screen_peer: a small full-screen program, to test the harness itself. Takes the alternate screen,
 * shows its size and every key it gets in hex, turns the mouse on, and gives all of it back on `q`,
 * end of file or SIGTERM. `x` ends without giving anything back. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t stop, resized;

static void on_signal(int number)
{
    if (number == SIGWINCH)
        resized = 1;
    else
        stop = 1;
}

static void say(const char *text)
{
    if (write(1, text, strlen(text)) < 0)
        stop = 1;
}

static void show_size(void)
{
    struct winsize size;
    char line[64];
    if (ioctl(0, TIOCGWINSZ, &size) != 0)
        return;
    snprintf(line, sizeof line, "\033[H\033[1;31msize %dx%d\033[0m\033[K\r\n", size.ws_row,
             size.ws_col);
    say(line);
    say("\033[3;1H\033[44mblue\033[0m \xe6\x97\xa5 end");
}

static void show_keys(const unsigned char *keys, size_t n)
{
    char line[8];
    say("\033[2;1H\033[Kkeys");
    for (size_t i = 0; i < n; i++) {
        snprintf(line, sizeof line, " %02x", keys[i]);
        say(line);
    }
}

int main(void)
{
    struct termios before, raw;
    struct sigaction act = {.sa_handler = on_signal};
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGWINCH, &act, NULL);
    if (tcgetattr(0, &before) != 0)
        return 1;
    raw = before;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
    raw.c_iflag &= (tcflag_t) ~(ICRNL | IXON);
    tcsetattr(0, TCSANOW, &raw);
    say("\033[?1049h\033[?25l\033[?1002h\033[?1006h\033[2J");
    show_size();
    while (!stop) {
        unsigned char keys[32];
        struct pollfd input = {.fd = 0, .events = POLLIN};
        if (resized) {
            resized = 0;
            show_size();
        }
        if (poll(&input, 1, 20) <= 0) /* a signal may have come right before */
            continue;
        ssize_t n = read(0, keys, sizeof keys);
        if (n <= 0 || keys[0] == 'q')
            break;
        if (keys[0] == 'x')
            return 3;
        show_keys(keys, (size_t)n);
    }
    say("\033[?1006l\033[?1002l\033[?25h\033[?1049l");
    tcsetattr(0, TCSANOW, &before);
    return 0;
}
