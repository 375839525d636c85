#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness_private.h"

uid_t support_ordinary_user(void)
{
    enum { NOBODY = 65534 };
    if (geteuid() != 0)
        return 0;
    struct e2e_result r = e2e_command(
        &(struct e2e_command){.argv = E2E_ARGV(e2e_shmlens, "--version"), .uid = NOBODY});
    bool runs = r.status == 0;
    e2e_result_free(&r);
    if (!runs)
        printf("note: as root, since another user cannot run the program where it lies\n");
    return runs ? NOBODY : 0;
}

void support_make(const char *name, const void *bytes, size_t n, uint64_t size)
{
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
        e2e_fail("cannot make a segment of %llu bytes", (unsigned long long)size);
    close(fd);
}

static struct stat status_of(const char *name)
{
    struct stat st;
    int fd = shm_open(name, O_RDONLY, 0);
    if (fd < 0 || fstat(fd, &st) != 0)
        e2e_fail("the segment is not there");
    close(fd);
    return st;
}

uint64_t support_size(const char *name)
{
    return (uint64_t)status_of(name).st_size;
}

uint64_t support_blocks(const char *name)
{
    return (uint64_t)status_of(name).st_blocks;
}

void support_bytes(const char *name, uint64_t offset, void *buf, size_t n)
{
    int fd = shm_open(name, O_RDONLY, 0);
    if (fd < 0 || pread(fd, buf, n, (off_t)offset) != (ssize_t)n)
        e2e_fail("the segment cannot be read");
    close(fd);
}

/* ---- bytes ---- */

/* A place in what was sent. */
struct place {
    const char *bytes;
    size_t at, n;
};

static const char *wrong(const struct place *p, const char *what)
{
    static char text[256];
    size_t from = p->at < 12 ? 0 : p->at - 12;
    int used = snprintf(text, sizeof text, "%s at %zu of %zu:", what, p->at, p->n);
    for (size_t i = from; i < p->n && i < p->at + 12 && used < (int)sizeof text - 8; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, " %s%02x", i == p->at ? ">" : "",
                         (unsigned char)p->bytes[i]);
    return text;
}

/* Decodes a character of more than one byte; 0: it is none. */
static uint32_t decode(const struct place *p, size_t *size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char lead = (unsigned char)p->bytes[p->at];
    size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    uint32_t cp = lead & (0xffu >> (n + 1));
    if (lead < 0xc2 || lead > 0xf4 || p->at + n > p->n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)p->bytes[p->at + i];
        if ((c & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (c & 0x3f);
    }
    *size = n;
    return cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000) ? 0 : cp;
}

static bool is_bidi(uint32_t cp)
{
    return cp == 0x61c || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

/* Takes a character that is shown; NULL, or what is wrong with it. */
static const char *take_character(struct place *p)
{
    unsigned char c = (unsigned char)p->bytes[p->at];
    size_t size = 1;
    if (c < 0x20 || c == 0x7f)
        return wrong(p, "a control character");
    if (c >= 0x80) {
        uint32_t cp = decode(p, &size);
        if (cp == 0)
            return wrong(p, "invalid UTF-8");
        if (cp < 0xa0 || cp == 0x2028 || cp == 0x2029)
            return wrong(p, "a control of C1 or a line separator");
        if (is_bidi(cp))
            return wrong(p, "a bidi control");
    }
    p->at += size;
    return NULL;
}

const char *support_unclean_text(const char *text, size_t n)
{
    struct place p = {.bytes = text, .n = n};
    while (p.at < n) {
        const char *bad = NULL;
        if (text[p.at] == '\n' || text[p.at] == '\t')
            p.at++;
        else if ((bad = take_character(&p)) != NULL)
            return bad;
    }
    return NULL;
}

/* ---- a terminal's stream ---- */

static bool one_of(const char *word, size_t n, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == n && memcmp(*words, word, n) == 0)
            return true;
    return false;
}

/* Is the control sequence (after ESC [, final byte included) one that a full-screen program draws
 * with? */
static bool known_sequence(const char *text, size_t n)
{
    static const char *const modes[] = {"?1",    "?7",    "?12",   "?25",   "?12;25",
                                        "?1000", "?1002", "?1006", "?1049", "?2004",
                                        "?2026", "4",     "?1034", NULL};
    static const char *const titles[] = {"22;0;0", "23;0;0", NULL}; /* with the alternate screen */
    char final = text[n - 1];
    if (final == 'h' || final == 'l')
        return one_of(text, n - 1, modes);
    if (final == 't')
        return one_of(text, n - 1, titles);
    if (strspn(text, "0123456789;") < n - 1)
        return false;
    return strchr("ABCDGHJKPXLMSTdm@rb", final) != NULL;
}

/* The rest of it has not come yet. */
static const char *at_the_end(struct place *p)
{
    p->at = p->n;
    return NULL;
}

static const char *take_sequence(struct place *p)
{
    static const char background[] = "\033]11;?\033\\\033[c"; /* its colour? And what are you? */
    const char *s = p->bytes + p->at;
    size_t left = p->n - p->at, i = 2, asked = sizeof background - 1;
    if (left < 2)
        return at_the_end(p);
    if (memcmp(s, background, left < asked ? left : asked) == 0) {
        p->at += left < asked ? left : asked;
        return NULL;
    }
    if (s[1] == '[') {
        while (i < left && ((s[i] >= '0' && s[i] <= '?') || s[i] == ' '))
            i++;
        if (i >= left)
            return at_the_end(p);
        if (!known_sequence(s + 2, i - 1))
            return wrong(p, "a control sequence that draws nothing");
        p->at += i + 1;
    } else if (s[1] == '(' && (left == 2 || s[2] == 'B')) {
        p->at += left == 2 ? 2 : 3;
    } else if (s[1] == '=' || s[1] == '>' || s[1] == 'M' || s[1] == '7' || s[1] == '8') {
        p->at += 2;
    } else {
        return wrong(p, "an escape sequence that draws nothing");
    }
    return NULL;
}

/* All that was sent and is kept, in one piece: valid until the next call. */
static struct place sent(struct e2e *t)
{
    static char copy[E2E_LOG_MAX];
    uint64_t first = t->logged > E2E_LOG_MAX ? t->logged - E2E_LOG_MAX : 0;
    size_t n = (size_t)(t->logged - first);
    for (size_t i = 0; i < n; i++)
        copy[i] = t->log[(first + i) % E2E_LOG_MAX];
    struct place p = {.bytes = copy, .n = n};
    while (first > 0 && p.at < n && copy[p.at] != '\033') /* it may begin within something */
        p.at++;
    return p;
}

/* Is what is left the beginning of a character? */
static bool is_part(const struct place *p)
{
    unsigned char lead = (unsigned char)p->bytes[p->at];
    size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2, left = p->n - p->at;
    for (size_t i = 1; i < left; i++)
        if (((unsigned char)p->bytes[p->at + i] & 0xc0) != 0x80)
            return false;
    return left < whole;
}

const char *support_unclean_screen(struct e2e *t)
{
    struct place p = sent(t);
    const char *bad = NULL;
    while (p.at < p.n && bad == NULL) {
        char c = p.bytes[p.at];
        if (c == '\033')
            bad = take_sequence(&p);
        else if (c == '\r' || c == '\n' || c == '\b')
            p.at++;
        else if ((unsigned char)c >= 0xc2 && p.at + 4 > p.n && is_part(&p))
            p.at = p.n;
        else
            bad = take_character(&p);
    }
    return bad;
}

bool support_mode(struct e2e *t, const char *mode)
{
    struct place p = sent(t);
    size_t n = strlen(mode);
    bool on = false;
    for (size_t i = 0; i + n + 4 <= p.n; i++)
        if (memcmp(p.bytes + i, "\033[?", 3) == 0 && memcmp(p.bytes + i + 3, mode, n) == 0 &&
            (p.bytes[i + 3 + n] == 'h' || p.bytes[i + 3 + n] == 'l'))
            on = p.bytes[i + 3 + n] == 'h';
    return on;
}

const char *support_not_restored(struct e2e *t)
{
    static const char *const modes[] = {"2004", "1000", "1002", "1006", "1049", "2026", "1"};
    static char text[64];
    const char *what = e2e_not_restored(t);
    for (size_t i = 0; what == NULL && i < sizeof modes / sizeof *modes; i++) {
        if (!support_mode(t, modes[i]))
            continue;
        snprintf(text, sizeof text, "the private mode %s is still on", modes[i]);
        what = text;
    }
    return what;
}

/* Q; where a prompt or question took it (an Esc before it was read as a part of the next key), Esc
 * and once more. */
static void press_quit(struct e2e *t)
{
    enum { TRIES = 5, WAIT = 2000000000 };
    for (int i = 0; i < TRIES && e2e_running(t); i++) {
        if (i > 0) {
            e2e_keys(t, "<Esc>");
            e2e_settle(t, 100, 500);
        }
        e2e_keys(t, "Q");
        int64_t until = e2e_now() + WAIT;
        while (e2e_running(t) && e2e_now() < until)
            (void)e2e_pump(t, 20);
    }
}

void support_quit(struct e2e *t)
{
    press_quit(t);
    int status = e2e_exit(t, 0);
    const char *what = support_not_restored(t);
    if (status != 0 || what != NULL) {
        e2e_print(t);
        e2e_fail("exit status %d, %s", status, what != NULL ? what : "restored");
    }
    e2e_end(t);
}

void support_check_screen(struct e2e *t, const char *when)
{
    const char *bad = support_unclean_screen(t);
    if (bad != NULL)
        e2e_fail("%s: %s", when, bad);
}

void support_press_all(struct e2e *t, const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        e2e_keys(t, *keys);
        e2e_settle(t, 30, 400);
        if (!e2e_running(t))
            e2e_fail("it ended after %s", *keys);
        support_check_screen(t, *keys);
    }
}

struct e2e_result support_run(const char *const *argv)
{
    struct e2e_result r = e2e_command(&(struct e2e_command){.argv = argv});
    const char *bad = support_unclean_text(r.out, r.out_size);
    if (bad == NULL)
        bad = support_unclean_text(r.err, r.err_size);
    if (bad != NULL)
        e2e_fail("%s printed %s", argv[1], bad);
    return r;
}

/* The number of the colour that an SGR sequence sets (its parameters), plus one; 0: none. */
static unsigned sgr_colour(const char *text, size_t n)
{
    unsigned value[16] = {0}, highest = 0;
    int count = 0;
    for (size_t i = 0; i < n && count < 16; i++)
        if (text[i] == ';')
            count++;
        else
            value[count] = value[count] * 10 + (unsigned)(text[i] - '0');
    for (int i = 0; i <= count && i < 16; i++) {
        unsigned v = value[i], colour = 0;
        if ((v == 38 || v == 48) && i + 2 < 16 && value[i + 1] == 5) {
            colour = value[i + 2] + 1;
            i += 2;
        } else if ((v >= 30 && v < 38) || (v >= 40 && v < 48)) {
            colour = v % 10 + 1;
        } else if ((v >= 90 && v < 98) || (v >= 100 && v < 108)) {
            colour = v % 10 + 9;
        }
        highest = colour > highest ? colour : highest;
    }
    return highest;
}

unsigned support_colours(struct e2e *t)
{
    struct place p = sent(t);
    unsigned highest = 0;
    for (size_t i = 0; i + 2 < p.n; i++) {
        if (p.bytes[i] != '\033' || p.bytes[i + 1] != '[')
            continue;
        size_t end = i + 2;
        while (end < p.n && ((p.bytes[end] >= '0' && p.bytes[end] <= '9') || p.bytes[end] == ';'))
            end++;
        if (end == p.n || p.bytes[end] != 'm')
            continue;
        unsigned colour = sgr_colour(p.bytes + i + 2, end - i - 2);
        highest = colour > highest ? colour : highest;
    }
    return highest;
}
